import { describe, expect, it } from 'vitest';
import { bearer, definitionOf, newNode, PARTNER_FINGERPRINT, termsOf, type TestNode } from './support.js';

/** A session that is offered to a partner who is not there. */
async function offered({ ask, services, folder }: TestNode): Promise<string> {
  const made = async (role: 'admin' | 'operator', path: string, body: object): Promise<string> =>
    (await ask('POST', path, { role, body })).body['id'] as string;
  const there = { name: 'There', fingerprint: PARTNER_FINGERPRINT, address: 'wss://127.0.0.1:1' };
  const partner = await made('admin', '/v1/partners', there);
  const dataset = await made('operator', '/v1/datasets', definitionOf(folder));
  const agreed = { partner, terms: termsOf(services), approval: 'manual', datasets: [dataset] };
  const agreement = await made('admin', '/v1/agreements', agreed);
  await ask('POST', `/v1/agreements/${agreement}/activate`, { role: 'admin' });
  const session = { agreement, dataset, ask: { mode: 'psi-ca', purpose: 'campaign-measurement' } };
  return made('operator', '/v1/sessions', session);
}

/** An open stream, read as text. */
async function streamOf({ admin, secrets }: TestNode, id: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${admin.url}/v1/sessions/${id}/events/stream`, {
    headers: { ...bearer(secrets.analyst), ...headers },
  });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    response,
    reader,
    /** All text until it holds `part`, or until the end. */
    async until(part?: string): Promise<string> {
      while (part === undefined || !text.includes(part)) {
        const { done, value } = await reader.read();
        if (done) return text;
        text += value;
      }
      return text;
    },
  };
}

describe('a stream of events', () => {
  it('tells what was and what happens, and ends with the session', async () => {
    const node = await newNode({ heartbeatMs: 20 });
    const id = await offered(node);
    const stream = await streamOf(node, id);
    expect(stream.response.headers.get('content-type')).toContain('text/event-stream');
    expect(await stream.until(': \n\n')).toContain('id: 1\nevent: transition\n');
    await node.ask('POST', `/v1/sessions/${id}/cancel`, { role: 'operator' });
    const text = await stream.until();
    expect(text).toContain('"to":"cancelled"');
    expect(text.endsWith('event: end\ndata: {}\n\n')).toBe(true);
    const numbers = [...text.matchAll(/^id: (\d+)$/gm)].map(([, number]) => Number(number));
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));

    const last = String(numbers.at(-1)! - 1);
    const resumed = await (await streamOf(node, id, { 'last-event-id': last })).until();
    expect([...resumed.matchAll(/^id: (\d+)$/gm)].map(([, number]) => Number(number))).toEqual([
      numbers.at(-1),
    ]);
    expect(resumed).toContain('event: end');
  });

  it('ends when its token is revoked, and when the node stops', async () => {
    const node = await newNode({ heartbeatMs: 20 });
    const id = await offered(node);
    const first = await streamOf(node, id);
    await first.until('event: transition');
    const { body } = await node.ask('GET', '/v1/token', { role: 'analyst' });
    await node.ask('POST', `/v1/tokens/${body['id'] as string}/revoke`, { role: 'admin' });
    expect(await first.until()).not.toContain('event: end');
    const { secret } = await node.services.tokens.create(
      { name: 'next', role: 'analyst' },
      { kind: 'command', name: 'test' },
    );
    const second = await streamOf(node, id, bearer(secret));
    await second.until('event: transition');
    await node.admin.close();
    expect(await second.until()).not.toContain('event: end');
    await expect(fetch(`${node.admin.url}/v1/health`)).rejects.toThrow();
  });

  it('is let go when the client leaves', async () => {
    const node = await newNode({ heartbeatMs: 20 });
    const id = await offered(node);
    const stream = await streamOf(node, id);
    await stream.until('event: transition');
    const open = async (): Promise<string | undefined> =>
      /vesica_event_streams (\d)/.exec((await node.ask('GET', '/v1/metrics', { role: 'auditor' })).text)?.[1];
    expect(await open()).toBe('1');
    await stream.reader.cancel();
    await expect.poll(open).toBe('0');
  });
});
