import { tmpdir } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { DataDefinition, MeasureColumn, OnAmbiguousCohort, RowSelection } from '../../data/index.js';
import {
  compareRationals,
  parseDecimal,
  parseDelta,
  parseEpsilon,
  type Rational,
  rationalToNumber,
} from '../../dp/index.js';
import { VesicaError } from '../../errors.js';
import { SUITE } from '../../group/index.js';
import { consentReader, IDENTIFIER_TYPES, type IdentifierType } from '../../identity/index.js';
import type { Arms, Disclosure, MeasureTerm, Role, Side, Terms } from '../../protocol/index.js';
import { NO_ARMS, ROLES_OF_MODE, initiatorRole } from '../../protocol/index.js';
import {
  type Fingerprint,
  type ListenAddress,
  parseFingerprint,
  parseListenAddress,
} from '../../transport/index.js';
import { requireDimensions } from '../../report/index.js';
import type { MemoryLimit } from '../../spool/index.js';
import { readYaml } from './read-yaml.js';
import { SESSION_SCHEMA, type SessionFile } from './session-schema.js';

/** Where the partner is: this side connects and so is the initiator, or it listens and is the responder. */
export type Meeting =
  | { readonly kind: 'connect'; readonly url: string }
  | { readonly kind: 'listen'; readonly address: ListenAddress };

/** What this side alone knows of the experiment, for its own report. */
export type ExperimentNotes = NonNullable<SessionFile['experiment']>;

/** The privacy budget to keep account of. */
export interface LedgerPlan {
  readonly path: string;
  /** The most the partner may learn in all, as decimal texts. */
  readonly limit: { readonly epsilon: string; readonly delta: string };
}

/** What a session file means: every default filled in, every path absolute, every combination checked. */
export interface SessionPlan {
  readonly party: string;
  readonly meeting: Meeting;
  readonly side: Side;
  readonly tls: { readonly identityPath: string; readonly peer: Fingerprint } | undefined;
  readonly role: Role;
  readonly terms: Terms;
  readonly data: DataDefinition;
  readonly onAmbiguousCohort: OnAmbiguousCohort;
  readonly arms: Arms;
  readonly experiment: ExperimentNotes;
  readonly ledger: LedgerPlan | undefined;
  /** Files to write: .json or .html for the report, .csv or .parquet for rows. */
  readonly outputPaths: readonly string[];
  readonly select: RowSelection;
  /** `name` or `name:variant`; the best engine of this machine when `undefined`. */
  readonly engine: string | undefined;
  readonly threads: number | undefined;
  readonly maxElements: number | undefined;
  /** What the session may take in memory, and where the rest goes; no limit when `undefined`. */
  readonly memory: MemoryLimit | undefined;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

/** Defaults of a session file that leaves them out. */
const DEFAULTS = {
  epsilon: 1,
  delta: 1e-6,
  minCell: 50,
  minList: 0,
  ledgerEpsilon: 10,
  ledgerDelta: 1e-5,
  quantum: 1,
  connectSeconds: 300,
  idleSeconds: 120,
};

/**
 * Reads a session file. Relative paths are taken from the file's own folder.
 *
 * @throws VesicaError `config/unreadable`, `config/invalid`, `dp/invalid-parameter`, naming the key.
 */
export function readSessionPlan(path: string, environment: NodeJS.ProcessEnv): SessionPlan {
  const file = readYaml(path, SESSION_SCHEMA);
  const folder = dirname(resolve(path));
  const meeting = meetingOf(file);
  const side: Side = meeting.kind === 'connect' ? 'initiator' : 'responder';
  checkCombinations(file);
  const { timeouts, data } = file;
  return {
    party: file.party,
    meeting,
    side,
    tls: file.tls && {
      identityPath: resolve(folder, file.tls.identity),
      peer: parseFingerprint(file.tls.peer),
    },
    role: file.role,
    terms: termsOf(file, side),
    data: {
      ...data,
      source: data.source === undefined ? undefined : resolve(folder, data.source),
      identifiers: Object.fromEntries(
        Object.entries(data.identifiers).map(([column, as]) => [
          column,
          typeof as === 'string' ? { type: as } : as,
        ]),
      ),
      profile: file.profile,
      consent: data.consent && consentOf(data.consent),
      ...(file.role === 'measures' ? { measures: measureColumns(file) } : {}),
    },
    onAmbiguousCohort: data.onAmbiguousCohort ?? 'refuse',
    arms: file.arms ?? NO_ARMS,
    experiment: file.experiment ?? {},
    ledger: file.ledger && {
      path: resolve(folder, file.ledger.file),
      limit: {
        epsilon: wireDecimal(
          parseEpsilon(file.ledger.epsilon ?? DEFAULTS.ledgerEpsilon, 'ledger.epsilon'),
          'ledger.epsilon',
        ),
        delta: wireDecimal(
          parseDelta(file.ledger.delta ?? DEFAULTS.ledgerDelta, 'ledger.delta'),
          'ledger.delta',
        ),
      },
    },
    outputPaths: outputsOf(file).map((output) => resolve(folder, output)),
    select: file.select ?? 'matched',
    engine: forcedEngine(environment) ?? file.engine,
    threads: file.threads,
    maxElements: file.maxElements,
    memory: file.memory && {
      limitMiB: file.memory.limitMiB,
      folder: file.memory.spoolFolder === undefined ? tmpdir() : resolve(folder, file.memory.spoolFolder),
    },
    connectTimeoutMs: 1000 * (timeouts?.connectSeconds ?? DEFAULTS.connectSeconds),
    idleTimeoutMs: 1000 * (timeouts?.idleSeconds ?? DEFAULTS.idleSeconds),
  };
}

function termsOf(file: SessionFile, side: Side): Terms {
  const { mode, role, profile, privacy, share } = file;
  const disclosure: Disclosure = mode === 'psi' ? 'rows' : (privacy?.disclosure ?? 'dp');
  return {
    suite: SUITE,
    mode,
    initiatorRole: initiatorRole(role, side),
    profile,
    keyTypes: typesOf(file),
    purpose: file.purpose ?? '',
    disclosure,
    epsilon: wireDecimal(
      parseEpsilon(privacy?.epsilon ?? DEFAULTS.epsilon, 'privacy.epsilon'),
      'privacy.epsilon',
    ),
    delta: wireDecimal(parseDelta(privacy?.delta ?? DEFAULTS.delta, 'privacy.delta'), 'privacy.delta'),
    measures: measureTerms(file),
    minCell: privacy?.minCell ?? DEFAULTS.minCell,
    minList: privacy?.minList ?? DEFAULTS.minList,
    shareLabels: share?.labels ?? true,
    shareResults: share?.results ?? true,
    agreement: '',
  };
}

/** The measures as both sides agree on them. */
function measureTerms({ measures }: SessionFile): MeasureTerm[] {
  return (measures ?? []).map(({ name, quantum, bound, statistic }) => ({
    name,
    quantum: wireDecimal(positiveDecimal(quantum ?? DEFAULTS.quantum, `measures.${name}.quantum`), 'quantum'),
    bound: wireDecimal(positiveDecimal(bound, `measures.${name}.bound`), 'bound'),
    statistic: statistic ?? 'sum',
  }));
}

/** Where the side that has the values finds them. */
function measureColumns(file: SessionFile): MeasureColumn[] {
  return measureTerms(file).map(({ name, quantum, bound }, i) => {
    const { column, aboveBound, betweenQuanta, missing } = file.measures?.[i] ?? {};
    return {
      name,
      column: column ?? name,
      rule: {
        quantum,
        bound,
        aboveBound: aboveBound ?? 'clamp',
        betweenQuanta: betweenQuanta ?? 'round-nearest',
        missing: missing ?? 'zero',
      },
    };
  });
}

function positiveDecimal(value: string | number, field: string): Rational {
  const exact = parseDecimal(String(value));
  if (exact === undefined || exact.numerator <= 0n)
    throw invalid(field, `${field} must be a decimal number above 0`);
  return exact;
}

/** @throws VesicaError `config/invalid` when it has not exactly one rule, or one with numbers that cannot be. */
function consentOf({
  column,
  equals,
  tcf,
}: NonNullable<SessionFile['data']['consent']>): DataDefinition['consent'] {
  if (tcf === undefined && equals !== undefined) return { column, equals };
  if (tcf === undefined || equals !== undefined) {
    throw invalid('data.consent', 'data.consent needs either equals or tcf, and not both');
  }
  const rule = { kind: 'tcf', ...tcf } as const;
  consentReader(rule);
  return { column, ...rule };
}

function outputsOf({ output }: SessionFile): readonly string[] {
  return output === undefined ? [] : [output].flat();
}

/** Every identifier type of the file once, in the registry's order. */
function typesOf({ data }: SessionFile): IdentifierType[] {
  const types = Object.values(data.identifiers).map((as) => (typeof as === 'string' ? as : as.type));
  return IDENTIFIER_TYPES.filter((type) => types.includes(type));
}

/** The one text that both sides write for a decimal, so that 0.10 and 0.1 agree. */
function wireDecimal(value: Rational, field: string): string {
  const text = String(rationalToNumber(value, 'nearest'));
  const exact = parseDecimal(text);
  if (exact === undefined || compareRationals(exact, value) !== 0) {
    throw invalid(field, `${field} has more digits than a number can hold`);
  }
  return text;
}

function meetingOf(file: SessionFile): Meeting {
  if ((file.connect === undefined) === (file.listen === undefined)) {
    throw invalid('connect', 'the file needs either connect or listen, and not both');
  }
  if (file.connect !== undefined) return { kind: 'connect', url: file.connect };
  return { kind: 'listen', address: parseListenAddress(file.listen ?? '') };
}

/** What the schema cannot say: keys that need or exclude each other. */
function checkCombinations(file: SessionFile): void {
  const { mode, role, data, arms, select, privacy, share, measures, ledger } = file;
  if (!ROLES_OF_MODE[mode].includes(role)) {
    throw invalid('role', `mode ${mode} has the roles ${ROLES_OF_MODE[mode].join(', ')}, not ${role}`);
  }
  const hasCells = role === 'cohorts';
  if (hasCells !== (data.cohorts !== undefined)) {
    throw invalid(
      'data.cohorts',
      hasCells ? 'role cohorts needs data.cohorts' : 'only role cohorts has data.cohorts',
    );
  }
  if (arms !== undefined && !(data.cohorts ?? []).includes(arms.column)) {
    throw invalid('arms.column', 'arms.column must be one of data.cohorts');
  }
  if (
    arms?.treatment.includes(arms.control) === true ||
    new Set(arms?.treatment).size !== (arms?.treatment ?? []).length
  ) {
    throw invalid('arms', 'arms.treatment names an arm twice, or the control arm');
  }
  // The protocol refuses this too, but only once the partner is there.
  if (mode !== 'psi' && Object.keys(data.identifiers).length !== 1) {
    // With two columns, of one type or of two, a person could weigh double.
    throw invalid('data.identifiers', `mode ${mode} counts people, so data.identifiers has one column`);
  }
  if (mode === 'aggregate' && privacy?.disclosure === 'exact') {
    throw invalid('privacy.disclosure', 'mode aggregate releases noisy counts only');
  }
  if (mode === 'psi' && privacy?.disclosure !== undefined) {
    throw invalid('privacy.disclosure', 'mode psi gives rows; it has no privacy.disclosure');
  }
  if (measures !== undefined && mode !== 'aggregate') {
    throw invalid('measures', 'only mode aggregate sums measures');
  }
  if (share?.results === false && (measures !== undefined || ledger !== undefined)) {
    const key = measures === undefined ? 'ledger' : 'measures';
    throw invalid(key, `${key} needs share.results: without it one side tells no figure`);
  }
  for (const { name, quantum, bound, statistic } of measures ?? []) {
    if (statistic === 'sum-and-squares' && Number(quantum ?? DEFAULTS.quantum) === Number(bound)) {
      throw invalid(
        'measures.statistic',
        `measure ${JSON.stringify(name)} is yes or no: its sum tells its squares`,
      );
    }
  }
  const local = ['column', 'aboveBound', 'betweenQuanta', 'missing'] as const;
  for (const measure of role === 'measures' ? [] : (measures ?? [])) {
    const misplaced = local.find((key) => measure[key] !== undefined);
    if (misplaced !== undefined) {
      throw invalid(`measures.${misplaced}`, `measures.${misplaced} belongs to the side with role measures`);
    }
  }
  checkExperiment(file);
  if (ledger !== undefined && file.tls === undefined) {
    throw invalid('ledger', "ledger needs tls: a budget is kept by the partner's identity");
  }
  if (ledger !== undefined && (mode === 'psi' || privacy?.disclosure === 'exact')) {
    throw invalid('ledger', 'ledger keeps account of noisy figures; rows and exact counts have no epsilon');
  }
  const outputs = outputsOf(file);
  if (outputs.some((output) => !/\.(json|html|csv|parquet)$/i.test(output))) {
    throw invalid(
      'output',
      'output must end in .json or .html, or in .csv or .parquet for the rows of mode psi',
    );
  }
  if (new Set(outputs).size !== outputs.length) throw invalid('output', 'output names a file twice');
  const rows = outputs.some((output) => /\.(csv|parquet)$/i.test(output));
  if (rows && (mode !== 'psi' || role === 'sender'))
    throw invalid('output', 'only a party that learns rows in mode psi can write them');
  if (select !== undefined && !rows)
    throw invalid('select', 'select needs an output that ends in .csv or .parquet');
}

/** The side with the cohorts knows arms and dimensions, so names that are none are found before the session. */
function checkExperiment({ experiment, arms, data, role }: SessionFile): void {
  if (experiment === undefined || role !== 'cohorts') return;
  const known = [...(arms?.treatment ?? []), arms?.control];
  for (const key of ['shares', 'costs'] as const) {
    if (Object.keys(experiment[key] ?? {}).every((arm) => known.includes(arm))) continue;
    throw invalid(`experiment.${key}`, `experiment.${key} names an arm that arms does not have`);
  }
  requireDimensions(experiment, data.cohorts ?? []);
}

/** The engine that `VESICA_ENGINE` forces; an empty variable forces nothing. */
function forcedEngine(environment: NodeJS.ProcessEnv): string | undefined {
  const forced = environment['VESICA_ENGINE'];
  return forced === '' ? undefined : forced;
}

function invalid(field: string, message: string): VesicaError {
  return new VesicaError('config/invalid', message, { field });
}
