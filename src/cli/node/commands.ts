import type { Command } from 'commander';
import { action } from '../action.js';
import type { InitOptions } from './init-command.js';
import type { NodeOptions } from './node-command.js';

/** `vesica init` and `vesica node`. */
export function addNodeCommands(program: Command): void {
  program
    .command('init')
    .description('make a node: configuration, identity, master key, state, first admin token (shown once)')
    .argument('<dir>', 'new folder')
    .option('--party <name>', "this party's name in agreements (default: the folder's name)")
    .option('--listen <address>', 'where partners connect', '127.0.0.1:7701')
    .option('--api <address>', 'where the admin API listens', '127.0.0.1:8701')
    .option(
      '--master-key <file>',
      'master key to use if the file exists, else to make (default: in the folder)',
    )
    .option(
      '--data <folder>',
      'folder that datasets are read from; again for each (default: data in the folder)',
      (folder: string, others: readonly string[] | undefined) => [...(others ?? []), folder],
    )
    .option('--token-file <file>', 'write the token there, for its owner alone, and do not show it')
    .option('--json', 'print what was made as JSON, with the token')
    .action(
      action(async (context, folder: string, options: InitOptions) => {
        const { initCommand } = await import('./init-command.js');
        await initCommand(context, folder, options);
      }),
    );
  program
    .command('node')
    .description('run a node: partner endpoint and admin API, until SIGTERM')
    .option('--config <file>', 'configuration, as vesica init writes it', 'node.yaml')
    .option('--check', 'check the configuration and its secrets, and start nothing')
    .option('--variables', 'list the environment variables that override keys of the configuration')
    .action(
      action(async (context, options: NodeOptions) => {
        const { nodeCommand } = await import('./node-command.js');
        await nodeCommand(context, options);
      }),
    );
}
