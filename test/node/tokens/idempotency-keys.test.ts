import { describe, expect, it } from 'vitest';
import type { IdempotentRequest } from '../../../src/node/tokens/index.js';
import { failure } from '../support/states.js';
import { COMMAND, newTokens, type TestTokens } from './support.js';

async function newKeys(): Promise<TestTokens & { request: IdempotentRequest; other: string }> {
  const parts = await newTokens();
  const { token } = await parts.tokens.create({ name: 'a', role: 'operator' }, COMMAND);
  const second = await parts.tokens.create({ name: 'b', role: 'operator' }, COMMAND);
  const request = { token: token.id, key: 'k', route: 'POST /v1/things', digest: 'a'.repeat(64) };
  return { ...parts, request, other: second.token.id };
}

describe('an idempotency key', () => {
  it('gives the same answer to the same request, for a day', async () => {
    const { keys, request, clock } = await newKeys();
    expect(await keys.begin(request)).toBeUndefined();
    await keys.answered(request, { status: 201, response: '{"id":1}' });
    clock.forward(24 * 3_600_000 - 1);
    expect(await keys.begin(request)).toEqual({ status: 201, response: '{"id":1}' });
    clock.forward(1);
    expect(await keys.begin(request)).toBeUndefined();
  });

  it('is refused for another request, and while the first is under way', async () => {
    const { keys, request } = await newKeys();
    const both = await Promise.allSettled([keys.begin(request), keys.begin(request)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await failure(keys.begin(request))).code).toBe('api/idempotency-conflict');
    await keys.answered(request, { status: 201, response: '{}' });
    const another = { ...request, digest: 'b'.repeat(64) };
    expect((await failure(keys.begin(another))).code).toBe('api/idempotency-conflict');
  });

  it('can be used again when the request failed', async () => {
    const { keys, request } = await newKeys();
    await keys.begin(request);
    await keys.failed(request);
    expect(await keys.begin({ ...request, digest: 'b'.repeat(64) })).toBeUndefined();
  });

  it('of another token is another key', async () => {
    const { keys, request, other } = await newKeys();
    await keys.begin(request);
    expect(await keys.begin({ ...request, token: other, digest: 'b'.repeat(64) })).toBeUndefined();
  });
});
