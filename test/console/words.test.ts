import { describe, expect, it } from 'vitest';
import { isMessageKey } from '../../src/messages/index.js';
import { AUDIT_ACTIONS } from '../../src/node/audit/index.js';

describe('the audit log in words', () => {
  it('has a text for each action', () => {
    expect(AUDIT_ACTIONS.filter((action) => !isMessageKey(`audit.action.${action}`))).toEqual([]);
  });
});
