import { fromHex, toHex } from '../bytes.js';
import { VesicaError } from '../errors.js';
import type { Figures } from './counting.js';

/** An answer as a ledger keeps it: the session it comes from, and its noisy figures. */
export interface StoredAnswer {
  /** 32 bytes. */
  readonly session: Uint8Array;
  readonly figures: Figures;
}

/** The answer as JSON text. */
export function writeAnswer({ session, figures }: StoredAnswer): string {
  const { counts, columns } = figures;
  return JSON.stringify({ session: toHex(session), counts: counts ?? null, columns });
}

/**
 * Reads what `writeAnswer` wrote.
 *
 * @param cells - How many figures each list must have.
 * @throws VesicaError `ledger/damaged` when it is anything else.
 */
export function readAnswer(
  text: string,
  { cells, columns }: { cells: number; columns: number },
): StoredAnswer {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged();
  }
  if (typeof value !== 'object' || value === null || Object.keys(value).join() !== 'session,counts,columns') {
    throw damaged();
  }
  const { session, counts, columns: sums } = value as Record<string, unknown>;
  const bytes = typeof session === 'string' ? fromHex(session) : undefined;
  if (bytes?.length !== 32 || !Array.isArray(sums) || sums.length !== columns) throw damaged();
  const figuresOf = (list: unknown): number[] => {
    if (!Array.isArray(list) || list.length !== cells || !list.every((x) => Number.isSafeInteger(x))) {
      throw damaged();
    }
    return list as number[];
  };
  return {
    session: bytes,
    figures: { counts: counts === null ? undefined : figuresOf(counts), columns: sums.map(figuresOf) },
  };
}

function damaged(): VesicaError {
  return new VesicaError('ledger/damaged', 'the ledger holds an answer that is none');
}
