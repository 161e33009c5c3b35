import { Command, Option } from 'commander';
import { addBenchCommand } from './bench-command.js';
import { addClientCommands } from './client/commands.js';
import { addDataCommands } from './data-command.js';
import type { DemoOptions } from './demo/demo-command.js';
import { addIdentityCommands } from './identity-command.js';
import { addGovernanceCommands } from './governance/commands.js';
import { addNodeCommands } from './node/commands.js';
import { addPlanCommand } from './plan-command.js';
import { action } from './action.js';
import { VERSION } from './version.js';

/** The command line: what exists, and which function does it. A command is loaded when it runs, so that others start at once. */
export function createProgram(): Command {
  const program = new Command('vesica')
    .description('Two nodes measure what a campaign changed; neither shows the other its customers.')
    .version(VERSION)
    .showHelpAfterError('(vesica --help lists the commands)')
    .configureOutput({ outputError: (text, write) => write(text) })
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

  program
    .command('run')
    .description('one side of a one-off session, as a session file says; two terminals make a session')
    .argument('<session.yaml>', 'session file, see examples/')
    .option('--json', 'print the report as JSON on standard output, and nothing else there')
    .action(
      action(async (context, path: string, options: { json?: true }) => {
        const { runCommand } = await import('./run/run-command.js');
        await runCommand(context, path, options);
      }),
    );

  program
    .command('demo')
    .description('two real nodes on this machine measure the MineThatData e-mail experiment')
    .option('--json', 'print the report as JSON on standard output, and nothing else there')
    .addOption(
      new Option('--party <name>', 'whose report --json prints')
        .choices(['publisher', 'advertiser'])
        .default('publisher'),
    )
    .option('--folder <path>', 'where to write the files of the demo (default: a new temporary folder)')
    .action(
      action(async (context, options: DemoOptions) => {
        const { demoCommand } = await import('./demo/demo-command.js');
        await demoCommand(context, options);
      }),
    );

  addNodeCommands(program);
  addClientCommands(program);
  addGovernanceCommands(program);
  addDataCommands(program);
  addIdentityCommands(program);
  addPlanCommand(program);
  addBenchCommand(program);
  return program;
}
