import { discreteLaplace, parseEpsilon, variance } from '../../dp/index.js';
import { VesicaError } from '../../errors.js';
import { type PlannerInput, epsilonForEffect, planEffects } from '../../measurement/index.js';
import { formatPercent, formatTable } from '../../report/index.js';

/** The options of `vesica plan`, as the command line gives them. */
export interface PlanOptions {
  readonly treatment: string;
  readonly control: string;
  readonly rate: string;
  readonly cohorts: string;
  readonly epsilon: string;
  readonly effect?: string;
  readonly cap: string;
  readonly power: string;
  readonly confidence: string;
  readonly json?: true;
}

/**
 * What an experiment could find, as text or JSON.
 *
 * @throws VesicaError `config/invalid` for an option that is no number, `measurement/invalid-input`,
 * `dp/invalid-parameter`.
 */
export function printPlan(options: PlanOptions): string {
  const input = inputOf(options);
  const epsilons = options.epsilon.split(',').map((text) => numberOf('epsilon', text));
  const plan = planEffects(input, epsilons);
  const needed =
    options.effect === undefined
      ? null
      : epsilonForEffect(input, {
          absoluteEffect: numberOf('effect', options.effect),
          epsilonCap: numberOf('cap', options.cap),
        });
  if (options.json === true) return `${JSON.stringify({ effects: plan, needed }, null, 2)}\n`;
  const rows = plan.map(({ epsilon, detectable, inflation }) => [
    String(epsilon),
    detectable === null ? 'none' : formatPercent(detectable.absolute),
    formatPercent(detectable?.relative ?? null, 1),
    inflation === null ? '-' : `${inflation.toFixed(2)} x`,
  ]);
  const power = formatPercent(numberOf('power', options.power), 0);
  const lines = formatTable(['epsilon', 'smallest effect', 'relative', 'without noise'], rows);
  return `The smallest difference of the rates that is found with ${power} power\n${lines.join('\n')}\n${neededLine(needed)}`;
}

function inputOf(options: PlanOptions): PlannerInput {
  return {
    treatmentN: numberOf('treatment', options.treatment),
    controlN: numberOf('control', options.control),
    baseRate: numberOf('rate', options.rate),
    confidence: numberOf('confidence', options.confidence),
    power: numberOf('power', options.power),
    cellsPerArm: numberOf('cohorts', options.cohorts),
    noiseVarianceAt: (epsilon) => variance(discreteLaplace(parseEpsilon(epsilon), 1n)),
  };
}

function neededLine(needed: ReturnType<typeof epsilonForEffect> | null): string {
  if (needed === null) return '';
  if (needed.reachable)
    return `The wanted effect needs an epsilon of ${needed.epsilon} for the conversions.\n`;
  return needed.reason === 'above-cap'
    ? 'The wanted effect needs more epsilon than --cap allows: use larger arms or fewer cohorts.\n'
    : 'The wanted effect is too small for these arms, even without noise: use larger arms.\n';
}

function numberOf(name: keyof PlanOptions, text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new VesicaError('config/invalid', `--${name} must be a number, not ${JSON.stringify(text)}`, {
    field: name,
  });
}
