import { constants } from 'node:fs';
import { access, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type LoadedList, exportRows, outputFailure, selectRows, writeOutputFile } from '../../data/index.js';
import type { ModeResult } from '../../protocol/index.js';
import { type Report, renderHtml } from '../../report/index.js';
import type { SessionPlan } from '../config/session-plan.js';

/**
 * Makes sure that the folder of the output takes files, so that a session does not fail after it told its result.
 *
 * @throws VesicaError `output/unwritable`.
 */
export async function requireOutputFolder({ outputPaths }: SessionPlan): Promise<void> {
  for (const path of outputPaths) {
    try {
      await access(dirname(path), constants.W_OK);
    } catch (error) {
      throw outputFailure(error, path);
    }
  }
}

/** What there is to write when a session is over. */
interface Outcome {
  readonly list: LoadedList;
  readonly result: ModeResult;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** Writes what `output` in the plan asks for: the report as JSON or HTML, or the rows of an audience. Each file whole or not at all. */
export async function writeOutput(plan: SessionPlan, outcome: Outcome): Promise<void> {
  for (const path of plan.outputPaths) await writeOne(plan, path, outcome);
}

async function writeOne(
  plan: SessionPlan,
  path: string,
  { list, result, report, signal }: Outcome,
): Promise<void> {
  const text = /\.json$/i.test(path)
    ? `${JSON.stringify(report, null, 2)}\n`
    : /\.html$/i.test(path)
      ? await renderHtml(report)
      : undefined;
  if (text !== undefined) {
    await writeOutputFile(path, (temporary) => writeFile(temporary, text));
    return;
  }
  const matched = result.kind === 'rows' ? (result.matched ?? new Uint32Array(0)) : new Uint32Array(0);
  await exportRows(plan.data, { list, rows: selectRows(list, matched, plan.select), path, signal });
}
