import { fromHex, toHex } from '../bytes.js';
import { VesicaError } from '../errors.js';
import type { Terms } from './codec/index.js';
import type { CountResult, Figures } from './counting.js';
import { countResult, countingShape, holdsCells } from './counting.js';
import type { Inventories, ModeMachine } from './mode.js';
import { finishedMode } from './mode.js';
import type { Side } from './transcript.js';

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

/**
 * A mode that has the stored answer in `text` and nothing more to say, and the session that the answer comes from.
 *
 * @throws VesicaError `ledger/damaged` when the text does not fit the session.
 */
export function storedMode(
  text: string,
  terms: Terms,
  side: Side,
  inventories: Inventories,
): { readonly mode: ModeMachine<CountResult>; readonly session: Uint8Array } {
  const shape = countingShape(terms, inventories, holdsCells(terms, side));
  const answer = readAnswer(text, { cells: shape.cells.length, columns: shape.columns.length });
  return {
    mode: finishedMode(countResult(terms, side, inventories, answer.figures)),
    session: answer.session,
  };
}

function damaged(): VesicaError {
  return new VesicaError('ledger/damaged', 'the ledger holds an answer that is none');
}
