import { constants } from 'node:fs';
import { access, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type LoadedList, exportRows, outputFailure, selectRows, writeOutputFile } from '../../data/index.js';
import type { ModeResult } from '../../protocol/index.js';
import type { Report } from '../../report/index.js';
import type { SessionPlan } from '../config/session-plan.js';

/**
 * Makes sure that the folder of the output takes files, so that a session does not fail after it told its result.
 *
 * @throws VesicaError `output/unwritable`.
 */
export async function requireOutputFolder({ outputPath }: SessionPlan): Promise<void> {
  if (outputPath === undefined) return;
  try {
    await access(dirname(outputPath), constants.W_OK);
  } catch (error) {
    throw outputFailure(error, outputPath);
  }
}

/** Writes what `output` in the plan asks for: the report as JSON, or the rows of an audience. Whole or not at all. */
export async function writeOutput(
  plan: SessionPlan,
  {
    list,
    result,
    report,
    signal,
  }: {
    readonly list: LoadedList;
    readonly result: ModeResult;
    readonly report: Report;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const path = plan.outputPath;
  if (path === undefined) return;
  if (/\.json$/i.test(path)) {
    await writeOutputFile(path, (temporary) => writeFile(temporary, `${JSON.stringify(report, null, 2)}\n`));
    return;
  }
  const matched = result.kind === 'rows' ? (result.matched ?? new Uint32Array(0)) : new Uint32Array(0);
  await exportRows(plan.data, { list, rows: selectRows(list, matched, plan.select), path, signal });
}
