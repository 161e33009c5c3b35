import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeAt, fromBase32, toBase32 } from '../../support/authenticator.js';
import { failure } from '../support/states.js';
import { COMMAND, newTokens, type TestTokens } from './support.js';

const STEP_MS = 30_000;
const HOUR_MS = 3_600_000;
const WRONG = { isAccepted: false, waitSeconds: 0 };
const ACCEPTED = { isAccepted: true };

interface Holder extends TestTokens {
  readonly id: string;
  readonly secret: string;
  /** What the authenticator shows, so many steps from now. */
  readonly code: (steps?: number) => string;
}

/** A token with a second factor; the code that confirmed it is a step old. */
async function newHolder(): Promise<Holder> {
  const all = await newTokens();
  const { id } = (await all.tokens.create({ name: 'ada', role: 'admin' }, COMMAND)).token;
  const { secret } = await all.factors.begin(id);
  const code = (steps = 0): string => codeAt(secret, new Date(all.clock.at.getTime() + steps * STEP_MS));
  await all.factors.confirm(id, code(), COMMAND);
  all.clock.forward(STEP_MS);
  return { ...all, id, secret, code };
}

describe('the codes', () => {
  // RFC 6238, Appendix B (SHA-1), of which the last six digits.
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('are those of RFC 6238 at %i s', (seconds, code) => {
    const secret = toBase32(Buffer.from('12345678901234567890'));
    expect(codeAt(secret, new Date(seconds * 1000))).toBe(code);
  });
});

describe('a second factor', () => {
  it('is made for a token, told once, sealed for that token, and in force once confirmed', async () => {
    const { tokens, factors, store, clock, entries } = await newTokens();
    const { token, secret: tokenSecret } = await tokens.create({ name: 'ada', role: 'admin' }, COMMAND);
    const other = await tokens.create({ name: 'bob', role: 'admin' }, COMMAND);
    const { secret, uri } = await factors.begin(token.id);
    expect(fromBase32(secret)).toHaveLength(20);
    expect(new URL(uri).searchParams.get('secret')).toBe(secret);
    expect(uri).toMatch(/^otpauth:\/\/totp\/Vesica%20Here:ada\?issuer=Vesica%20Here&/);
    expect(await tokens.get(token.id)).toMatchObject({ hasSecondFactor: false });
    expect((await failure(factors.confirm(token.id, '000000', COMMAND))).field).toBe('code');
    const confirmed = await factors.confirm(token.id, codeAt(secret, clock.at), COMMAND);
    expect(confirmed).toMatchObject({ hasSecondFactor: true, secondFactorSince: clock.at.toISOString() });
    expect(await tokens.verify(tokenSecret)).toMatchObject({ hasSecondFactor: true });
    expect((await entries()).map(({ action }) => action)).toContain('token.factor-added');

    const files = readdirSync(store.folder).map((name) => readFileSync(join(store.folder, name), 'latin1'));
    expect(files.join('')).toContain('VSEAL');
    expect(files.join('')).not.toContain(fromBase32(secret).toString('latin1'));
    expect(files.join('')).not.toContain(secret);
    const { factor } = await store.db
      .selectFrom('tokens')
      .select('factor')
      .where('id', '=', token.id)
      .executeTakeFirstOrThrow();
    await store.db.updateTable('tokens').set({ factor }).where('id', '=', other.token.id).execute();
    expect((await failure(factors.confirm(other.token.id, codeAt(secret, clock.at), COMMAND))).code).toBe(
      'keys/damaged',
    );
  });

  it('has a new secret each time it is begun, and cannot be begun again in force', async () => {
    const { tokens, factors, clock } = await newTokens();
    const { id } = (await tokens.create({ name: 'ada', role: 'admin' }, COMMAND)).token;
    expect((await failure(factors.confirm(id, '000000', COMMAND))).code).toBe('state/conflict');
    const first = await factors.begin(id);
    const second = await factors.begin(id);
    expect(second.secret).not.toBe(first.secret);
    expect((await failure(factors.confirm(id, codeAt(first.secret, clock.at), COMMAND))).field).toBe('code');
    await factors.confirm(id, codeAt(second.secret, clock.at), COMMAND);
    expect((await failure(factors.begin(id))).code).toBe('state/conflict');
    expect((await failure(factors.begin('0'.repeat(26)))).code).toBe('api/not-found');
  });

  it('accepts codes of one step around now, with spaces, and no others', async () => {
    for (const [steps, verdict] of [
      [-2, WRONG],
      [-1, ACCEPTED],
      [0, ACCEPTED],
      [1, ACCEPTED],
      [2, WRONG],
    ] as const) {
      const { factors, clock, id, code } = await newHolder();
      clock.forward(10 * STEP_MS);
      expect([steps, await factors.accept(id, code(steps))]).toEqual([steps, verdict]);
    }
    const { factors, clock, id, code } = await newHolder();
    clock.forward(10 * STEP_MS);
    for (const wrong of ['', 'abcdef', code().slice(1), `${code()}0`, `-${code().slice(1)}`]) {
      expect(await factors.accept(id, wrong)).toEqual(WRONG);
    }
    expect(await factors.accept(id, ` ${code().slice(0, 3)} ${code().slice(3)} `)).toEqual(ACCEPTED);
  });

  it('accepts a code once, none older than it, and not the one that confirmed it', async () => {
    const { factors, clock, id, code, entries } = await newHolder();
    expect(await factors.accept(id, code(-1))).toEqual(WRONG);
    const both = await Promise.all([factors.accept(id, code()), factors.accept(id, code())]);
    expect(both.filter(({ isAccepted }) => isAccepted)).toHaveLength(1);
    clock.forward(STEP_MS);
    expect(await factors.accept(id, code(1))).toEqual(ACCEPTED);
    expect(await factors.accept(id, code())).toEqual(WRONG);
    const refused = (await entries()).filter(({ action }) => action === 'token.code-refused');
    expect(refused.map(({ detail }) => detail['reason'])).toEqual([
      'used before',
      'used before',
      'used before',
    ]);
  });

  it('looks at ten wrong codes an hour, also when they come at once, and then at none', async () => {
    const { factors, clock, id, code, entries } = await newHolder();
    const guesses = Array.from({ length: 50 }, () => factors.accept(id, '123'));
    const verdicts = await Promise.all(guesses);
    expect(verdicts.filter((verdict) => !verdict.isAccepted && verdict.waitSeconds === 0)).toHaveLength(10);
    expect(await factors.accept(id, code())).toEqual({ isAccepted: false, waitSeconds: 3600 });
    expect((await entries()).filter(({ action }) => action === 'token.code-refused')).toHaveLength(10);
    clock.forward(HOUR_MS - 1000);
    expect(await factors.accept(id, code())).toEqual({ isAccepted: false, waitSeconds: 1 });
    clock.forward(1000);
    expect(await factors.accept(id, code())).toEqual(ACCEPTED);
  });

  it('does not count right codes as wrong ones', async () => {
    const { factors, clock, id, code } = await newHolder();
    for (let i = 0; i < 15; i += 1) {
      expect(await factors.accept(id, code())).toEqual(ACCEPTED);
      clock.forward(STEP_MS);
    }
  });

  it('is removed, audited, and what follows is another one', async () => {
    const { tokens, factors, clock, id, code, secret, entries } = await newHolder();
    const before = await tokens.get(id);
    await factors.remove(id, { actor: COMMAND, by: 'admin' });
    expect(await tokens.get(id)).toMatchObject({ hasSecondFactor: false, secondFactorSince: null });
    expect(await factors.accept(id, code())).toEqual(WRONG);
    expect((await failure(factors.remove(id, { actor: COMMAND, by: 'admin' }))).code).toBe('state/conflict');
    const next = await factors.begin(id);
    expect(next.secret).not.toBe(secret);
    const after = await factors.confirm(id, codeAt(next.secret, clock.at), COMMAND);
    expect(after.secondFactorSince).not.toBe(before.secondFactorSince);
    const removed = (await entries()).find(({ action }) => action === 'token.factor-removed');
    expect(removed?.detail).toEqual({ name: 'ada', by: 'admin' });
    expect(JSON.stringify(await entries())).not.toContain(secret);
  });
});
