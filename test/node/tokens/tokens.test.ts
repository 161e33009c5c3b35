import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SECRET_PATTERN } from '../../../src/node/tokens/index.js';
import { failure } from '../support/states.js';
import { COMMAND, newTokens } from './support.js';

describe('a token', () => {
  it('is found by its secret, which is 32 random bytes and kept nowhere', async () => {
    const { tokens, store } = await newTokens();
    const { token, secret } = await tokens.create({ name: 'ops', role: 'operator' }, COMMAND);
    expect(secret).toMatch(new RegExp(SECRET_PATTERN));
    expect(Buffer.from(secret.slice('vesica_'.length), 'base64url')).toHaveLength(32);
    expect(token).toMatchObject({ name: 'ops', role: 'operator', state: 'valid', createdBy: 'init' });
    expect(await tokens.verify(secret)).toMatchObject({ id: token.id, role: 'operator' });
    const files = readdirSync(store.folder).map((name) => readFileSync(join(store.folder, name), 'latin1'));
    expect(files.join('')).toContain('ops');
    expect(files.join('')).not.toContain(secret.slice('vesica_'.length));
  });

  it('opens nothing with another secret, another form, once expired, and once revoked', async () => {
    const { tokens, clock } = await newTokens();
    const { secret } = await tokens.create({ name: 'a', role: 'analyst' }, COMMAND);
    const other = `${secret.slice(0, -2)}${secret.endsWith('AA') ? 'BB' : 'AA'}`;
    for (const wrong of [other, '', 'vesica_', secret.toLowerCase(), `${secret}x`, ` ${secret}`]) {
      expect(await tokens.verify(wrong)).toBeUndefined();
    }
    const expiresAt = new Date(clock.at.getTime() + 1000).toISOString();
    const brief = await tokens.create({ name: 'b', role: 'analyst', expiresAt }, COMMAND);
    expect(await tokens.verify(brief.secret)).toBeDefined();
    clock.forward(1000);
    expect(await tokens.verify(brief.secret)).toBeUndefined();
    expect((await tokens.get(brief.token.id)).state).toBe('expired');
    await tokens.revoke((await tokens.verify(secret))!.id, COMMAND);
    expect(await tokens.verify(secret)).toBeUndefined();
  });

  it.each([
    ['name', { name: '' }],
    ['name', { name: 'a@b' }],
    ['name', { name: 'x'.repeat(64) }],
    ['name', { name: '6ba7b810-9dad-11d1-80b4-00c04fd430c8' }],
    ['name', { name: 'taken' }],
    ['role', { role: 'root' as 'admin' }],
    ['expiresAt', { expiresAt: '2020-01-01T00:00:00Z' }],
    ['expiresAt', { expiresAt: 'never' }],
  ])('is refused for its %s: %o', async (field, parts) => {
    const { tokens } = await newTokens();
    const taken = await tokens.create({ name: 'taken', role: 'analyst' }, COMMAND);
    await tokens.revoke(taken.token.id, COMMAND);
    const error = await failure(tokens.create({ name: 'new', role: 'analyst', ...parts }, COMMAND));
    expect([error.code, error.field]).toEqual(['config/invalid', field]);
  });

  it('is revoked once, and never as the last valid one of role admin', async () => {
    const { tokens, clock } = await newTokens();
    const first = await tokens.create({ name: 'first', role: 'admin' }, COMMAND);
    const expiresAt = new Date(clock.at.getTime() + 1000).toISOString();
    const brief = await tokens.create({ name: 'brief', role: 'admin', expiresAt }, COMMAND);
    await tokens.create({ name: 'operator', role: 'operator' }, COMMAND);
    clock.forward(1000);
    const last = await failure(tokens.revoke(first.token.id, COMMAND));
    expect([last.code, last.field]).toEqual(['state/conflict', 'token']);
    expect((await tokens.revoke(brief.token.id, COMMAND)).state).toBe('revoked');
    const second = await tokens.create({ name: 'second', role: 'admin' }, COMMAND);
    expect((await tokens.revoke(first.token.id, COMMAND)).state).toBe('revoked');
    expect((await failure(tokens.revoke(first.token.id, COMMAND))).code).toBe('state/conflict');
    expect((await failure(tokens.revoke(second.token.id, COMMAND))).code).toBe('state/conflict');
    expect((await failure(tokens.revoke('nothing', COMMAND))).code).toBe('api/not-found');
  });

  it('tells when it was last used, written at most once a minute', async () => {
    const { tokens, clock } = await newTokens();
    const { token, secret } = await tokens.create({ name: 'a', role: 'analyst' }, COMMAND);
    const used = async (): Promise<string | null> => (await tokens.get(token.id)).lastUsedAt;
    expect(await used()).toBeNull();
    const start = clock.at.toISOString();
    await tokens.verify(secret);
    clock.forward(59_999);
    await tokens.verify(secret);
    expect(await used()).toBe(start);
    clock.forward(1);
    await tokens.verify(secret);
    expect(await used()).toBe(clock.at.toISOString());
  });

  it('is listed newest first, a page at a time, without its hash', async () => {
    const { tokens } = await newTokens();
    for (const name of ['a', 'b', 'c']) await tokens.create({ name, role: 'auditor' }, COMMAND);
    await tokens.create({ name: 'd', role: 'admin' }, COMMAND);
    const first = await tokens.list({ limit: 2, role: 'auditor' });
    expect(first.items.map(({ name }) => name)).toEqual(['c', 'b']);
    const rest = await tokens.list({ limit: 2, role: 'auditor', after: first.next! });
    expect([rest.items.map(({ name }) => name), rest.next]).toEqual([['a'], null]);
    expect(JSON.stringify(first)).not.toMatch(/[0-9a-f]{64}/);
  });
});

describe('the audit log of tokens', () => {
  it('tells who made and revoked which', async () => {
    const { tokens, entries } = await newTokens();
    const { token } = await tokens.create({ name: 'a', role: 'analyst' }, COMMAND);
    await tokens.revoke(token.id, { kind: 'token', name: 'chief' });
    expect(await entries()).toMatchObject([
      {
        action: 'token.created',
        actor: COMMAND,
        subject: { kind: 'token', id: token.id },
        detail: { role: 'analyst' },
      },
      { action: 'token.revoked', actor: { kind: 'token', name: 'chief' }, subject: { id: token.id } },
    ]);
  });

  it('tells of each kind of refusal at once, and then only how many there were in ten minutes', async () => {
    const { tokens, clock, entries } = await newTokens();
    const { token, secret } = await tokens.create({ name: 'a', role: 'analyst' }, COMMAND);
    const unknown = `vesica_${'A'.repeat(43)}`;
    for (let i = 0; i < 100; i += 1) {
      await tokens.verify(unknown);
      await tokens.verify('nonsense');
      await tokens.refused(token.id, 'forbidden');
    }
    await tokens.revoke(token.id, COMMAND).catch(() => undefined);
    await tokens.verify(secret);
    clock.forward(600_000);
    await tokens.verify(unknown);
    const refused = (await entries()).filter(({ action }) => action === 'token.refused');
    expect(refused.map(({ subject, detail }) => [subject.id, detail])).toEqual([
      ['unknown', { reason: 'unknown', suppressed: 0 }],
      ['unknown', { reason: 'malformed', suppressed: 0 }],
      [token.id, { reason: 'forbidden', suppressed: 0 }],
      [token.id, { reason: 'revoked', suppressed: 0 }],
      ['unknown', { reason: 'unknown', suppressed: 99 }],
    ]);
  });
});
