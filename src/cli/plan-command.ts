import type { Command } from 'commander';
import { action } from './action.js';
import type { PlanOptions } from './plan/print-plan.js';

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
      action(async ({ print }, options: PlanOptions) => {
        const { printPlan } = await import('./plan/print-plan.js');
        print(printPlan(options));
      }),
    );
}
