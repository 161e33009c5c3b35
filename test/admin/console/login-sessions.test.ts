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

it('does not bring a session back that ends while it is looked up', async () => {
  const token = { id: 'token', expiresAt: null, secondFactorSince: null } as unknown as TokenView;
  const context = { random: seededRandom(3), now: () => new Date(0) };
  const logins = new LoginSessions(context, { current: () => Promise.resolve(token) });
  for (let turns = 0; turns < 12; turns += 1) {
    const { id, login } = logins.start(token);
    const looked = logins.find(id);
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    logins.end(login.key);
    await looked;
    expect([turns, await logins.find(id)]).toEqual([turns, undefined]);
  }
});
