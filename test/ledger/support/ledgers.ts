import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { NO_COST, costOfLoss, parseDecimal, type PrivacyCost, type Rational } from '../../../src/dp/index.js';
import { VesicaError } from '../../../src/errors.js';
import { openLedgerFile, type LedgerFile, type LedgerFileOptions } from '../../../src/ledger/index.js';

export const PARTNER = 'ab'.repeat(32);
export const OTHER_PARTNER = 'cd'.repeat(32);
export const LIMIT = { epsilon: '1', delta: '1e-6' };

/** A new folder, removed when the test ends. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vesica-ledger-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const newPath = (): string => join(newFolder(), 'budget.jsonl');

/** Opens a ledger with a clock that stands still, and closes it when the test ends. */
export async function openLedger(
  path: string,
  options: Partial<LedgerFileOptions> = {},
): Promise<LedgerFile> {
  const ledger = await openLedgerFile(path, {
    partner: PARTNER,
    limit: LIMIT,
    now: () => new Date('2026-01-02T03:04:05.678Z'),
    ...options,
  });
  onTestFinished(() => ledger.close());
  return ledger;
}

export const decimal = (text: string): Rational => parseDecimal(text)!;

/** The cost of one release with this epsilon and delta. */
export const cost = (epsilon: string, delta = '0'): PrivacyCost =>
  costOfLoss({ epsilon: decimal(epsilon), delta: decimal(delta) });

/** The cost of Gaussian releases: they have no epsilon of their own. */
export const gaussian = (rho: string): PrivacyCost => ({ ...NO_COST, rho: decimal(rho), epsilon: undefined });

export const request = (number: number): Uint8Array => new Uint8Array(32).fill(number);

/** The coded error that `action` ends with. */
export async function failure(action: Promise<unknown>): Promise<VesicaError> {
  const error: unknown = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof VesicaError) return error;
  throw new Error('it did not end with a coded error', { cause: error });
}
