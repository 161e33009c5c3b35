import type { Inventory } from '../protocol/index.js';

/** What this side knows of its experiment beside the arms; none of it goes to the partner. */
export interface ExperimentInput {
  /** Arm -> share of people that the design gives it; shares are taken relative to each other. */
  readonly shares?: Readonly<Record<string, number>> | undefined;
  /** Arm -> money spent on it, in the unit of the measures, such as 1250.50. */
  readonly costs?: Readonly<Record<string, number>> | undefined;
  /** The cohort dimension that logs exposure, and its value for exposed people. */
  readonly exposure?: { readonly column: string; readonly exposed: string } | undefined;
  /** The cohort dimension that counts exposures, in values such as 0, 1, 2-4 and 5+. */
  readonly frequency?: { readonly column: string } | undefined;
  /** A geo experiment: its regions and periods are cohort dimensions. */
  readonly geo?: GeoExperiment | undefined;
}

export interface GeoExperiment {
  readonly region: string;
  /** Its values are in the order of time, numbers in them compared as numbers. */
  readonly period: string;
  readonly treated: readonly string[];
  /** The first period of the test. */
  readonly startsAt: string;
}

/** A cell of one of the arms. */
export interface PlacedCell {
  /** Position among the session's cells. */
  readonly index: number;
  readonly size: number;
  readonly exposed: boolean;
}

export interface ArmCohort {
  readonly arm: string;
  /** Name made of the values of the dimensions beside arm, exposure and frequency. */
  readonly cohort: string;
  readonly cells: readonly PlacedCell[];
}

/** The session's cells as an experiment sees them. */
export interface Experiment {
  readonly column: string;
  readonly control: string;
  /** Treatment arms that have a cell. */
  readonly treatment: readonly string[];
  /** The arms of the terms without a cell. A partner may name such; this side's own are checked before the session. */
  readonly emptyArms: readonly string[];
  readonly exposure: { readonly column: string; readonly exposed: string } | null;
  readonly groups: readonly ArmCohort[];
  /** Whether there is a control arm and something to compare with it. */
  readonly comparable: boolean;
}

/**
 * Places each cell in its arm and cohort; cells in no arm stay out. Exposure and its frequency make no cohort: who
 * is exposed follows from the arm, so comparing exposed with exposed people would compare different kinds of people.
 *
 * @returns `undefined` without an experiment, or when the partner keeps the labels.
 */
export function placeCells(
  { arms, dimensions, cells }: Inventory,
  { exposure, frequency }: ExperimentInput = {},
): Experiment | undefined {
  const armAt = dimensions.indexOf(arms.column);
  if (armAt < 0) return undefined;
  const wanted = [...new Set([...arms.treatment, arms.control])];
  const exposureAt = exposure === undefined ? -1 : dimensions.indexOf(exposure.column);
  const frequencyAt = frequency === undefined ? -1 : dimensions.indexOf(frequency.column);
  const cohortOf = (label: readonly string[]): string[] =>
    label.filter((_, i) => i !== armAt && i !== exposureAt && i !== frequencyAt);
  const nameOf = cohortNames(cells.map(({ label }) => cohortOf(label)));
  const groups = new Map<string, ArmCohort & { readonly cells: PlacedCell[] }>();
  for (const [index, { size, label }] of cells.entries()) {
    const arm = label[armAt] ?? '';
    if (!wanted.includes(arm)) continue;
    const cohort = nameOf(cohortOf(label));
    const key = JSON.stringify([arm, cohort]);
    const group = groups.get(key) ?? { arm, cohort, cells: [] };
    group.cells.push({ index, size, exposed: exposureAt >= 0 && label[exposureAt] === exposure?.exposed });
    groups.set(key, group);
  }
  const present = new Set([...groups.values()].map(({ arm }) => arm));
  const treatment = wanted.filter((arm) => arm !== arms.control && present.has(arm));
  return {
    column: arms.column,
    control: arms.control,
    treatment,
    emptyArms: wanted.filter((arm) => !present.has(arm)),
    exposure: exposure === undefined || exposureAt < 0 ? null : { ...exposure },
    groups: [...groups.values()],
    comparable: present.has(arms.control) && treatment.length > 0,
  };
}

/** Treatment arms and then the control arm, those with a cell. */
export function armsOf({ treatment, control, emptyArms }: Experiment): string[] {
  return emptyArms.includes(control) ? [...treatment] : [...treatment, control];
}

/** The cells of one arm. */
export function cellsOfArm({ groups }: Experiment, arm: string): PlacedCell[] {
  return groups.flatMap((group) => (group.arm === arm ? group.cells : []));
}

/** `record[arm]` when it is a key of the record's own. */
export function entryOf(
  record: Readonly<Record<string, number>> | undefined,
  arm: string,
): number | undefined {
  return record !== undefined && Object.hasOwn(record, arm) ? record[arm] : undefined;
}

/**
 * A name for each cohort: its values with strokes between them, or as JSON where values that hold strokes themselves
 * would give two cohorts one name.
 */
function cohortNames(cohorts: readonly (readonly string[])[]): (cohort: readonly string[]) => string {
  const plain = (values: readonly string[]): string => values.join(' / ');
  const different = new Set(cohorts.map((values) => JSON.stringify(values))).size;
  return new Set(cohorts.map(plain)).size === different ? plain : (values) => JSON.stringify(values);
}
