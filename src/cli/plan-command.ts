import type { Command } from 'commander';
import { discreteLaplace, parseEpsilon, variance } from '../dp/index.js';
import { VesicaError } from '../errors.js';
import { type PlannerInput, epsilonForEffect, planEffects } from '../measurement/index.js';
import { formatPercent, formatTable } from '../report/index.js';
import { action } from './action.js';

interface PlanOptions {
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

/** `vesica plan`: what an experiment could find, before anybody's data is touched. */
export function addPlanCommand(program: Command): void {
  program
    .command('plan')
    .description('the smallest effect that an experiment would find, and what the privacy costs of it')
    .requiredOption('--treatment <people>', 'people in the treatment arm')
    .requiredOption('--control <people>', 'people in the control arm')
    .requiredOption(
      '--rate <share>',
      'share of people expected to convert without the campaign, such as 0.02',
    )
    .option('--cohorts <number>', 'cohorts that each arm is split into; each has its own noise', '1')
    .option('--epsilon <list>', "what the conversions get of a session's epsilon", '0.1,0.25,0.5,1,2')
    .option('--effect <share>', 'difference of the rates that must be found: prints the epsilon it needs')
    .option('--cap <epsilon>', 'largest epsilon to consider for --effect', '10')
    .option('--power <share>', 'chance of finding the effect when it is there', '0.8')
    .option('--confidence <share>', 'confidence of the interval', '0.95')
    .option('--json', 'print the plan as JSON')
    .action(
      action(({ print }, options: PlanOptions) => {
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
        if (options.json === true) {
          print(`${JSON.stringify({ effects: plan, needed }, null, 2)}\n`);
          return Promise.resolve();
        }
        const rows = plan.map(({ epsilon, detectable, inflation }) => [
          String(epsilon),
          detectable === null ? 'none' : formatPercent(detectable.absolute),
          formatPercent(detectable?.relative ?? null, 1),
          inflation === null ? '-' : `${inflation.toFixed(2)} x`,
        ]);
        const power = formatPercent(numberOf('power', options.power), 0);
        const lines = formatTable(['epsilon', 'smallest effect', 'relative', 'without noise'], rows);
        print(
          `The smallest difference of the rates that is found with ${power} power\n${lines.join('\n')}\n${neededLine(needed)}`,
        );
        return Promise.resolve();
      }),
    );
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
