import { found, removeSecondFactor } from '../../node/index.js';
import type { CommandContext } from '../action.js';
import { itemOf } from '../client/answers.js';
import { idOfResource, pathOf } from '../client/resources.js';
import { openClient, type ClientOptions } from '../client/terminal.js';
import { apiAddress, commandActor, withState } from './governed-state.js';

export interface RemoveFactorOptions extends ClientOptions {
  readonly config?: string;
}

/**
 * `vesica tokens remove-factor`: lets a token in without a code, for whoever lost the device. A node that runs is asked by
 * another token of role admin; where there is none, whoever may read the state of a node that does not run does it there.
 */
export async function removeFactorCommand(
  context: CommandContext,
  options: RemoveFactorOptions,
  name: string,
): Promise<void> {
  const token =
    options.config === undefined
      ? await ofRunning(context, options, name)
      : await ofStopped(options.config, name);
  if (options.json === true) context.print(`${JSON.stringify(token, null, 2)}\n`);
  else context.print(`token ${name} needs no code any more\n`);
}

async function ofRunning(context: CommandContext, options: ClientOptions, name: string): Promise<unknown> {
  const { connection } = await openClient(context, options);
  const id = await idOfResource(connection, 'token', name);
  return itemOf(await connection.json({ method: 'POST', path: pathOf('token', id, 'factor/remove') }));
}

function ofStopped(config: string, name: string): Promise<unknown> {
  const running = (plan: Parameters<typeof apiAddress>[0]): string =>
    `The node runs: ask it with vesica tokens remove-factor --node ${apiAddress(plan)}`;
  return withState(config, running, async ({ context }) => {
    const rows = await context.store.db.selectFrom('tokens').select(['id', 'name']).execute();
    const { id } = found(
      rows.find((row) => row.name === name || row.id === name),
      'token',
    );
    const actor = commandActor('tokens remove-factor');
    return removeSecondFactor(context, id, { actor, by: 'command' });
  });
}
