import { expect, it } from 'vitest';
import { LoginSessions, MAX_LOGINS } from '../../../src/admin/console/login-sessions.js';
import type { TokenView } from '../../../src/node/index.js';
import { seededRandom } from '../../support/deterministic-random.js';

it('keeps so many sessions of all tokens, and ends the least used one for a further one', async () => {
  const tokenOf = (id: string) => ({ id, expiresAt: null, secondFactorSince: null }) as unknown as TokenView;
  const context = { random: seededRandom(3), now: () => new Date(0) };
  const logins = new LoginSessions(context, { current: (id) => Promise.resolve(tokenOf(id)) });
  const ids = Array.from({ length: MAX_LOGINS }, (_, i) => logins.start(tokenOf(`token ${i}`)).id);
  expect(await logins.find(ids[0]!)).toBeDefined();
  logins.start(tokenOf('one more'));
  expect(logins.count).toBe(MAX_LOGINS);
  expect(await logins.find(ids[0]!)).toBeDefined();
  expect(await logins.find(ids[1]!)).toBeUndefined();
});
