import { type ReportInput, buildReport } from '../../src/report/index.js';
import { NO_ARMS, type Inventory, type SessionOutcome } from '../../src/protocol/index.js';
import { TERMS } from '../support/session-pair.js';

/** A finished session of mode aggregate, as the side with the cells sees it. Every figure is made up. */

export const INVENTORY: Inventory = {
  size: 400,
  dimensions: ['arm', 'region'],
  arms: { column: 'arm', treatment: ['seen'], control: 'held out' },
  cells: [
    { size: 100, label: ['held out', 'north'] },
    { size: 100, label: ['held out', 'south'] },
    { size: 100, label: ['seen', 'north'] },
    { size: 100, label: ['seen', 'south'] },
  ],
};
const RECEIPT = { key: 'aa'.repeat(32), signature: 'bb'.repeat(64) };

/** The outcome with these counts for the cells of `inventory`. */
export function outcomeOf(inventory: Inventory, counts: readonly number[] | undefined): SessionOutcome {
  return {
    session: new Uint8Array(32).fill(1),
    peerParty: 'shop',
    peerInventory: { size: 30, dimensions: [], arms: NO_ARMS, cells: [] },
    result: {
      kind: 'counts',
      counts: counts && inventory.cells.map((cell, i) => ({ ...cell, count: counts[i] ?? 0 })),
      mechanism: undefined,
      measures: [],
    },
    answeredFrom: undefined,
    notKept: undefined,
    receipts: { transcript: 'cc'.repeat(64), own: RECEIPT, peer: RECEIPT },
  };
}

export function inputOf(more: Partial<ReportInput> = {}): ReportInput {
  const inventory = more.inventory ?? INVENTORY;
  return {
    software: 'vesica 0.0.0',
    party: 'news',
    side: 'responder',
    terms: {
      ...TERMS,
      mode: 'aggregate',
      initiatorRole: 'measures',
      disclosure: 'dp',
      epsilon: '2',
      minCell: 50,
    },
    inventory,
    outcome: outcomeOf(inventory, [4, 0, 20, 10]),
    startedAt: new Date('2026-01-02T03:04:05.678Z'),
    finishedAt: new Date('2026-01-02T03:05:05.678Z'),
    data: {
      rows: 500,
      rowsWithoutConsent: 40,
      ambiguous: 0,
      byType: {
        email: { keys: 400, hashed: 100, duplicates: 50, blank: 7, rejected: { 'not-an-email': 3 } },
      },
    },
    engine: { name: 'noble', variant: 'bigint', threads: 2 },
    timing: { loadSeconds: 1, waitSeconds: 2, sessionSeconds: 3.25, totalSeconds: 6.25 },
    bytes: { sent: 1_250_000, received: 2_000_000 },
    ...more,
  };
}

export const sampleReport = () => buildReport(inputOf());
