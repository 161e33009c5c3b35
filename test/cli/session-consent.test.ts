import { describe, expect, it } from 'vitest';
import { readSessionPlan } from '../../src/cli/config/session-plan.js';
import { VesicaError } from '../../src/errors.js';
import { Workspace } from './support/workspace.js';

/** The consent block of the plan that a session file with the block `consent` gives. */
function planned(consent: unknown): unknown {
  const path = new Workspace().session('session.yaml', {
    party: 'shop',
    listen: '127.0.0.1:0',
    mode: 'psi-ca',
    role: 'receiver',
    profile: 'uid2',
    data: { source: 'list.csv', identifiers: { email: 'email' }, consent },
  });
  return readSessionPlan(path, {}).data.consent;
}

describe('data.consent of a session file', () => {
  it('is a value that the column equals, or what its TC strings must allow', () => {
    expect(planned({ column: 'ok', equals: true })).toEqual({ column: 'ok', equals: true });
    expect(planned({ column: 'tc', tcf: { purposes: [1, 7], vendor: 755 } })).toEqual({
      column: 'tc',
      kind: 'tcf',
      purposes: [1, 7],
      vendor: 755,
    });
    expect(planned({ column: 'tc', tcf: { purposes: [7], legitimateInterest: [7] } })).toMatchObject({
      legitimateInterest: [7],
    });
    expect(planned(undefined)).toBeUndefined();
  });

  it.each([
    ['no rule', 'data.consent', { column: 'c' }],
    ['two rules', 'data.consent', { column: 'c', equals: true, tcf: { purposes: [1] } }],
    ['no purposes', 'data.consent.tcf.purposes', { column: 'c', tcf: { purposes: [] } }],
    [
      'a purpose that does not exist',
      'data.consent.tcf.purposes.0',
      { column: 'c', tcf: { purposes: [25] } },
    ],
    [
      'a vendor that does not exist',
      'data.consent.tcf.vendor',
      { column: 'c', tcf: { purposes: [1], vendor: 0 } },
    ],
    [
      'interest where consent is needed',
      'data.consent.tcf.legitimateInterest',
      { column: 'c', tcf: { purposes: [1], legitimateInterest: [1] } },
    ],
    [
      'a key that does not exist',
      'data.consent.tcf.surprise',
      { column: 'c', tcf: { purposes: [1], surprise: 1 } },
    ],
  ])('is refused with %s', (_, field, consent) => {
    let error: unknown;
    try {
      planned(consent);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(VesicaError);
    expect(error).toMatchObject({ code: 'config/invalid', field });
  });
});
