import { expect, it } from 'vitest';
import { buildReport } from '../../src/report/index.js';
import { addSession, type Node } from '../node/results/support.js';
import { inputOf } from '../report/sample.js';
import { newNode, type TestNode } from './support.js';

const HOSTILE = '<img src=x onerror=alert(1)>';

/** A report of a partner whose name is markup; its id. */
async function keptReport({ services }: TestNode): Promise<string> {
  const { context, reports } = services;
  const node = { store: context.store, clock: { now: context.now }, context } as unknown as Node;
  const sessionId = await addSession(node, { mode: 'aggregate' });
  const report = { ...buildReport(inputOf()), partner: HOSTILE };
  return reports.keep({ sessionId, report, expiresAt: null });
}

it('the page of a report may run and load nothing, and cannot act as a page of the console', async () => {
  const node = await newNode();
  const path = `/v1/reports/${await keptReport(node)}/html`;
  for (const [query, language] of [
    ['', 'en'],
    ['?locale=nl', 'nl'],
  ] as const) {
    const { status, type, headers, text } = await node.ask('GET', path + query, { role: 'analyst' });
    expect([status, type]).toEqual([200, 'text/html']);
    const policy = (headers.get('content-security-policy') ?? '').split('; ');
    expect(policy).toContain("default-src 'none'");
    // With no `allow-…`: an origin of its own and no script.
    expect(policy).toContain('sandbox');
    expect(policy.filter((rule) => /script|connect|https?:/.test(rule))).toEqual([]);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(text).toContain(`<html lang="${language}">`);
    expect(text).toContain('&lt;img');
    expect(text).not.toMatch(/<(img|script)\b/i);
  }
  expect((await node.ask('GET', `${path}?locale=xx`, { role: 'analyst' })).status).toBe(400);
});
