import type { Command } from 'commander';
import { action } from './action.js';
import type { CheckOptions } from './data/check.js';

/** `vesica data check`. */
export function addDataCommands(program: Command): void {
  const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];
  program
    .command('data')
    .description('look at a list before a session')
    .command('check')
    .description(
      'what a file would give: keys by type, rejects by reason, duplicates, matches that another profile would lose, measures',
    )
    .argument('<file>', 'csv, csv.gz, parquet, json or ndjson')
    .requiredOption(
      '-i, --identifier <column=type>',
      'identifier column and what it holds: email, phone, maid, customer_id or domain',
      collect,
      [],
    )
    .option('-c, --cohort <column>', 'cohort column', collect, [])
    .option(
      '-m, --measure <column=bound>',
      'column to add up, with the most one person may add; spend=500/0.01 counts in steps of 0.01 instead of 1',
      collect,
      [],
    )
    .option('--profile <profile>', 'normalisation profile: uid2, google, meta or pair', 'uid2')
    .option('--region <country>', 'country of phone numbers without a country code, for example NL')
    .option('--delimiter <character>', 'delimiter of a CSV file', ',')
    .option('--json', 'print the counts as JSON')
    .action(
      action(async (context, path: string, options: CheckOptions) => {
        const { checkCommand } = await import('./data/check.js');
        await checkCommand(context, path, options);
      }),
    );
}
