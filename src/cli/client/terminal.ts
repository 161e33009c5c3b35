import type { Command } from 'commander';
import { action, type CommandContext } from '../action.js';
import { connectionTo, DEFAULT_NODE, type Connection, type ConnectionOptions } from './connection.js';

/** Options of every command that asks a node. */
export interface ClientOptions extends ConnectionOptions {
  readonly json?: true;
}

/** What a client command works with. */
export interface Client {
  readonly connection: Connection;
  /** The answer itself: as JSON with `--json`, else as what `people` makes of it. */
  readonly show: (answer: unknown, people: () => string) => void;
  /** What to do after this, for people. */
  readonly next: (command: string) => void;
  readonly context: CommandContext;
}

/** Gives `command` the options by which it finds a node, and runs `work` against it. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- what commander hands over has no types
export function clientAction<Arguments extends readonly unknown[], Options>(
  command: Command,
  work: (client: Client, options: Options, ...given: Arguments) => Promise<void>,
): Command {
  return command
    .option('--node <url>', `address of the node's API (or VESICA_URL; default ${DEFAULT_NODE})`)
    .option(
      '--token-file <path>',
      'file that holds the token (or VESICA_TOKEN_FILE; or the token in VESICA_TOKEN)',
    )
    .option('--json', 'print the answer as JSON on standard output, and nothing else there')
    .action(
      action(async (context, ...all: readonly unknown[]) => {
        // Commander gives the arguments, then the options, then the command.
        const options = all[all.length - 2] as Options & ClientOptions;
        const given = all.slice(0, -2) as unknown as Arguments;
        await work(await openClient(context, options), options, ...given);
      }),
    );
}

/** A client for a command that is not only one. */
export async function openClient(context: CommandContext, options: ClientOptions): Promise<Client> {
  const { reporter, print, signal } = context;
  const connection = await connectionTo(options, { environment: process.env, signal });
  return {
    connection,
    context,
    show: (answer, people) =>
      print(options.json === true ? `${JSON.stringify(answer, null, 2)}\n` : people()),
    next: (command) => {
      if (options.json !== true) reporter.line(`next: ${command}`);
    },
  };
}
