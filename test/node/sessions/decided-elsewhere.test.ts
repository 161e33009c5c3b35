import { describe, expect, it } from 'vitest';
import { encodeMessage } from '../../../src/protocol/index.js';
import { eventually, PSI } from '../support/asks.js';
import { dial, honestTerms, offer, openHost, type Host } from '../support/hand-made.js';
import { OPERATOR } from '../support/nodes.js';

/** Sessions that end because of something else than what the two sides say in them. */

const never = (): Promise<never> => new Promise(() => undefined);

describe('a running session', () => {
  const decisions: [string, (host: Host) => Promise<unknown>][] = [
    ['revokes the agreement', ({ side }) => side.services.agreements.revoke(side.agreement, OPERATOR)],
    ['ends the agreement', ({ side }) => side.services.agreements.end(side.agreement, OPERATOR)],
    [
      'suspends the partner',
      ({ side }) => side.services.partners.setState(side.partner, 'suspended', OPERATOR),
    ],
    ['removes the partner', ({ side }) => side.services.partners.setState(side.partner, 'removed', OPERATOR)],
  ];

  it.each(decisions)('ends at once when somebody %s', async (_, decide) => {
    const host = await openHost();
    const { services, node } = host.side;
    const channel = await dial(host);
    void offer(host, { terms: await honestTerms(host, PSI), channel, bring: never });
    await eventually(() => services.health().running === 1);
    await decide(host);
    expect(await channel.gone).toMatchObject({ code: 'agreement/not-active', reportedBy: 'peer' });
    await eventually(() => services.health().running === 0);
    const [session] = (await services.sessions.list()).items;
    expect(session).toMatchObject({ state: 'failed', error: { code: 'agreement/not-active' } });
    expect(node.defects).toEqual([]);
  });
});

describe('what a partner says of its own failure', () => {
  it.each([
    ['a code that is only ever one’s own', 'group/worker-failed', ''],
    ['a field that looks like an identifier', 'peer/stopped', 'a50e8400-e29b-41d4-a716-446655440000'],
    ['a field that is an address', 'policy/list-too-small', 'ann@example.com'],
  ])('ends its session and nothing else: %s', async (_, code, field) => {
    const host = await openHost();
    const { services, node } = host.side;
    const bystander = await dial(host);
    const terms = await honestTerms(host, PSI);
    void offer(host, { terms, channel: bystander, bring: never });
    await eventually(() => services.health().running === 1);
    const channel = await dial(host);
    void offer(host, {
      terms,
      channel,
      bring: async () => {
        await channel.send(encodeMessage({ type: 'abort', code, field }));
        return never();
      },
    });
    const states = async (): Promise<string[]> =>
      (await services.sessions.list()).items.map(({ state }) => state);
    await eventually(async () => (await states()).includes('failed'));
    expect(await states()).toEqual(['failed', 'running']);
    const [session] = (await services.sessions.list()).items;
    const told = code === 'group/worker-failed' ? 'peer/stopped' : code;
    expect(session!.error).toMatchObject({ code: told, field: null, reportedBy: 'peer' });
    expect(node.defects).toEqual([]);
    await bystander.close(1000, '');
  });
});
