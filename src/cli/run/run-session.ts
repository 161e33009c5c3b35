import { availableParallelism } from 'node:os';
import { type LoadedList, countsForReport, inventoryOf, loadList } from '../../data/index.js';
import { asVesicaError } from '../../errors.js';
import { type Engine, chooseEngine, startPool } from '../../group/index.js';
import { type LedgerFile } from '../../ledger/index.js';
import { type Inventory, Session, type SessionOutcome, type Spool } from '../../protocol/index.js';
import { type Report, buildReport, requireValues } from '../../report/index.js';
import { spoolWithin } from '../../spool/index.js';
import { systemRandom } from '../../system-random.js';
import type { Channel, NodeIdentity } from '../../transport/index.js';
import {
  driveSession,
  ephemeralIdentity,
  loadIdentity,
  startSha512,
  verifySignature,
} from '../../transport/index.js';
import type { SessionPlan } from '../config/session-plan.js';
import type { Reporter } from '../progress.js';
import { SOFTWARE } from '../version.js';
import { budgetLine, openLedger } from './run-ledger.js';
import { dismissPartner, meetPartner } from './meet-partner.js';
import { requireOutputFolder, writeOutput } from './write-output.js';

/**
 * One side of a one-off session: loads the list while it waits for the partner, runs the protocol, writes the output.
 * The answer is the report; the output file, if the plan names one, is written whole or not at all.
 *
 * @throws VesicaError whatever ended it; the partner has been told as far as it may know.
 */
export async function runSession(
  plan: SessionPlan,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<Report> {
  const clock = new Stopwatch();
  const identity = plan.tls === undefined ? undefined : await loadIdentity(plan.tls.identityPath);
  const stop = new AbortController();
  const meeting = meetPartner(plan, identity, { reporter, signal: AbortSignal.any([signal, stop.signal]) });
  // Awaited below; until then a partner who cannot be reached must not count as unhandled.
  meeting.catch(() => undefined);
  let ledger: LedgerFile | undefined;
  try {
    ledger = await openLedger(plan);
    const prepared = await prepare(plan, reporter, { signal, meeting });
    const loadSeconds = clock.lap();
    const channel = await meeting;
    const waitSeconds = clock.lap();
    const { outcome, engine } = await talk(plan, prepared, { channel, identity, ledger, reporter, signal });
    if (outcome.notKept !== undefined) {
      reporter.line(
        `the answer could not be kept in the ledger, so asking again will cost again: ${outcome.notKept.message}`,
      );
    }
    if (ledger !== undefined) reporter.line(budgetLine(ledger.statement()));
    const sessionSeconds = clock.lap();
    const report = buildReport({
      software: SOFTWARE,
      party: plan.party,
      side: plan.side,
      terms: plan.terms,
      inventory: prepared.inventory,
      outcome,
      startedAt: clock.startedAt,
      finishedAt: new Date(),
      data: countsForReport(prepared.list),
      experiment: plan.experiment,
      engine,
      timing: { loadSeconds, waitSeconds, sessionSeconds, totalSeconds: clock.total() },
      bytes: { sent: channel.traffic.bytesSent, received: channel.traffic.bytesReceived },
    });
    await writeOutput(plan, { list: prepared.list, result: outcome.result, report, signal });
    return report;
  } catch (error) {
    await dismissPartner(meeting, asVesicaError(error));
    throw error;
  } finally {
    stop.abort();
    await ledger?.close();
  }
}

interface Prepared {
  readonly engine: Engine;
  readonly list: LoadedList;
  readonly inventory: Inventory;
  readonly spool: Spool | undefined;
}

/**
 * Everything that this side can fail in by itself, before the partner spends time on it: the engine, the folder of the
 * output, the list. Ends early when the partner turns out not to be reachable: nobody would use the list.
 */
async function prepare(
  plan: SessionPlan,
  reporter: Reporter,
  { signal, meeting }: { readonly signal: AbortSignal; readonly meeting: Promise<Channel> },
): Promise<Prepared> {
  const engine = chooseEngine(plan.engine);
  await requireOutputFolder(plan);
  const progress = reporter.start('reading the list', 'rows');
  const nobody = new AbortController();
  meeting.catch(() => nobody.abort());
  try {
    const list = await loadList(plan.data, {
      random: systemRandom,
      maxElements: plan.maxElements,
      onAmbiguousCohort: plan.onAmbiguousCohort,
      signal: AbortSignal.any([signal, nobody.signal]),
      onProgress: ({ rows, totalRows }) => progress.update(rows, totalRows),
    });
    progress.finish();
    const spool = plan.memory && spoolWithin(plan.memory, list.types.length, systemRandom);
    const inventory = inventoryOf(list, { dimensions: plan.data.cohorts ?? [], arms: plan.arms });
    requireValues(plan.experiment, inventory);
    return { engine, list, inventory, spool };
  } catch (error) {
    if (nobody.signal.aborted && !signal.aborted) await meeting;
    throw error;
  }
}

/** Runs the protocol over `channel` on the engine that the plan asks for. */
async function talk(
  plan: SessionPlan,
  { engine, list, inventory, spool }: Prepared,
  { channel, identity, ledger, reporter, signal }: TalkOptions,
): Promise<{ readonly outcome: SessionOutcome; readonly engine: Report['engine'] }> {
  reporter.line(`engine ${engine.name} (${engine.variant})`);
  const operations = startPool({ engine, threads: plan.threads ?? availableParallelism() });
  try {
    const session = new Session({
      side: plan.side,
      party: plan.party,
      software: SOFTWARE,
      identity: identity ?? ephemeralIdentity(),
      verify: verifySignature,
      startSha512,
      peerKey: channel.peerKey,
      operations,
      random: systemRandom,
      spool,
      terms: plan.terms,
      list: {
        batch: list,
        measures: list.measures,
        ...(list.cells === undefined ? {} : { cellOf: list.cells }),
      },
      inventory,
      ledger,
    });
    const progress = reporter.start(plan.terms.mode, 'items');
    const outcome = await driveSession(session, channel, {
      idleTimeoutMs: plan.idleTimeoutMs,
      // A partner that has connected may still be reading its list.
      timeoutsMs: { greeting: Math.max(plan.idleTimeoutMs, plan.connectTimeoutMs) },
      signal,
      onFrame: () => progress.update(session.progress.done, session.progress.total),
    });
    progress.finish();
    return { outcome, engine: { name: engine.name, variant: engine.variant, threads: operations.threads } };
  } finally {
    await operations.close();
  }
}

interface TalkOptions {
  readonly channel: Channel;
  readonly ledger: LedgerFile | undefined;
  readonly identity: NodeIdentity | undefined;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

class Stopwatch {
  readonly startedAt = new Date();
  readonly #begin = performance.now();
  #lapAt = this.#begin;

  /** Seconds since the last lap, or the start. */
  lap(): number {
    const now = performance.now();
    const seconds = (now - this.#lapAt) / 1000;
    this.#lapAt = now;
    return seconds;
  }

  total(): number {
    return (performance.now() - this.#begin) / 1000;
  }
}
