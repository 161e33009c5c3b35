import { renderReport } from '../../report/index.js';
import type { CommandContext } from '../action.js';
import { readSessionPlan } from '../config/session-plan.js';
import { runSession } from './run-session.js';

/** `vesica run <session.yaml>`. */
export async function runCommand(
  { reporter, print, signal }: CommandContext,
  path: string,
  options: { readonly json?: true },
): Promise<void> {
  const plan = readSessionPlan(path, process.env);
  const report = await runSession(plan, reporter, signal);
  print(options.json === true ? `${JSON.stringify(report, null, 2)}\n` : renderReport(report));
  for (const path of plan.outputPaths) reporter.line(`wrote ${path}`);
}
