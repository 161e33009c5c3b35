import { createHash } from 'node:crypto';
import type { GroupOperations } from 'vesica/group';
import { keyTypeCode } from 'vesica/group';
import type { Inventory, OwnList, SessionOutcome, Terms } from 'vesica/protocol';
import { NO_ARMS, Session } from 'vesica/protocol';
import { type Report, buildReport } from 'vesica/report';
import { driveSession, ephemeralIdentity, memoryPair, startSha512, verifySignature } from 'vesica/transport';
import type { Simulation } from './simulation.js';

/** People and what they did, as both parties hold it: the cohort party everybody, its partner those with an outcome. */
export interface Experiment {
  readonly terms: Terms;
  readonly inventory: Inventory;
  readonly people: OwnList['batch'];
  /** Cell of each person. */
  readonly cellOf: Uint32Array;
  readonly customers: OwnList['batch'];
  /** Quanta of each customer, a measure after the other. */
  readonly measures: readonly Float64Array[];
}

/** The one that holds the arms, and the one that holds the outcomes: each sees figures under the other's noise. */
export const PARTIES = ['cohorts', 'measures'] as const;
export type Party = (typeof PARTIES)[number];

const FOREVER_MS = 3_600_000;

/** A list of keys; a person's key is the SHA-256 of a number. */
export function listOfPeople(people: Uint32Array): OwnList['batch'] {
  const keys = new Uint8Array(32 * people.length);
  people.forEach((person, i) => keys.set(createHash('sha256').update(`person ${person}`).digest(), 32 * i));
  return { types: new Uint8Array(people.length).fill(keyTypeCode('email')), keys };
}

/** One whole session between two parties in this process, and the report that each of them writes. */
export async function bothReports(
  { terms, inventory, people, cellOf, customers, measures }: Experiment,
  operations: GroupOperations,
  { random }: Simulation,
): Promise<Record<Party, Report>> {
  const [toMeasures, toCohorts] = memoryPair();
  const party = async (
    side: 'initiator' | 'responder',
    own: { readonly list: OwnList; readonly inventory: Inventory },
  ): Promise<Report> => {
    const session = new Session({
      side,
      party: side,
      software: 'bench',
      identity: ephemeralIdentity(),
      verify: verifySignature,
      startSha512,
      peerKey: undefined,
      operations,
      random,
      terms,
      ...own,
    });
    const outcome = await driveSession(session, side === 'initiator' ? toMeasures : toCohorts, {
      idleTimeoutMs: FOREVER_MS,
    });
    return reportOf({ side, terms, inventory: own.inventory, outcome });
  };
  const [cohortReport, measureReport] = await Promise.all([
    party('initiator', {
      list: { batch: people, cellOf },
      inventory,
    }),
    party('responder', {
      list: { batch: customers, measures },
      inventory: { size: customers.types.length, dimensions: [], arms: NO_ARMS, cells: [] },
    }),
  ]);
  return { cohorts: cohortReport, measures: measureReport };
}

/** The report that one party writes; what it says of time and engine is left empty. */
export function reportOf(session: {
  readonly side: 'initiator' | 'responder';
  readonly terms: Terms;
  readonly inventory: Inventory;
  readonly outcome: SessionOutcome;
}): Report {
  return buildReport({
    ...session,
    software: 'bench',
    party: session.side,
    startedAt: new Date(0),
    finishedAt: new Date(0),
    data: { rows: session.inventory.size, rowsWithoutConsent: 0, ambiguous: 0, byType: {} },
    engine: { name: 'native', variant: '', threads: 0 },
    timing: { loadSeconds: 0, waitSeconds: 0, sessionSeconds: 0, totalSeconds: 0 },
    bytes: { sent: 0, received: 0 },
  });
}

/** Does `work` for 0 to `runs` - 1, a few at a time, so that no thread of a pool waits for a session. */
export async function severalAtOnce<Result>(
  runs: number,
  atOnce: number,
  work: (run: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < runs) {
      const run = next;
      next += 1;
      results[run] = await work(run);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
