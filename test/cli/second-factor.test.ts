import { describe, expect, it } from 'vitest';
import type { CommandContext } from '../../src/cli/action.js';
import { removeFactorCommand } from '../../src/cli/governance/factor-command.js';
import { keysRotateCommand } from '../../src/cli/governance/keys-command.js';
import { initCommand } from '../../src/cli/node/init-command.js';
import { Reporter } from '../../src/cli/progress.js';
import {
  KeyRing,
  loadMasterKey,
  openAtRest,
  openStore,
  SecondFactors,
  Tokens,
  type NodeContext,
} from '../../src/node/index.js';
import { systemRandom } from '../../src/system-random.js';
import { codeAt } from '../support/authenticator.js';
import { failure } from '../node/support/states.js';
import { Workspace } from './support/workspace.js';

const clock = { at: new Date() };
const now = (): Date => clock.at;

/** A node that does not run, and what its commands print. */
async function newState() {
  const workspace = new Workspace();
  const printed: string[] = [];
  const context: CommandContext = {
    reporter: new Reporter({ isTerminal: false, write: () => undefined }),
    print: (text) => void printed.push(text),
    signal: new AbortController().signal,
  };
  await initCommand(context, workspace.path('node'), {
    party: 'shop',
    listen: '127.0.0.1:1',
    api: '127.0.0.1:2',
  });
  /** The state, as the node would have it open, with the key that its configuration names now. */
  const withFactors = async <Result>(
    work: (factors: SecondFactors, tokens: Tokens, context: NodeContext) => Promise<Result>,
  ): Promise<Result> => {
    const store = await openStore(workspace.path('node/state'), { now });
    const keys = new KeyRing(await loadMasterKey({ file: workspace.path('node/master.key') }, {}));
    const { factors } = await openAtRest(store.folder, { keys, random: systemRandom }, systemRandom);
    const audit = { append: () => Promise.resolve() } as unknown as NodeContext['audit'];
    const all = { store, audit, now, random: systemRandom, newId: () => '' };
    const result = work(new SecondFactors(all, { cipher: factors, issuer: 'Vesica' }), new Tokens(all), all);
    return result.finally(() => store.close());
  };
  const tokenId = await withFactors(async (_, tokens) => (await tokens.list()).items[0]!.id);
  return { config: workspace.path('node/node.yaml'), context, printed, withFactors, tokenId };
}

describe('the second factor of a token', () => {
  it('outlives its master key', async () => {
    const { config, context, printed, withFactors, tokenId } = await newState();
    const actor = { kind: 'command', name: 'test' } as const;
    const secret = await withFactors(async (factors) => {
      const made = await factors.begin(tokenId);
      await factors.confirm(tokenId, codeAt(made.secret, now()), actor);
      return made.secret;
    });
    await keysRotateCommand(context, { config, json: true });
    expect(JSON.parse(printed.at(-1)!)).toMatchObject({ values: 1 });
    clock.at = new Date(clock.at.getTime() + 30_000);
    expect(await withFactors((factors) => factors.accept(tokenId, codeAt(secret, now())))).toEqual({
      isAccepted: true,
    });
  });

  it('is removed by whoever has the state of a node that does not run', async () => {
    const { config, context, printed, withFactors, tokenId } = await newState();
    const actor = { kind: 'command', name: 'test' } as const;
    const { name } = await withFactors(async (factors, tokens) => {
      const { secret } = await factors.begin(tokenId);
      await factors.confirm(tokenId, codeAt(secret, now()), actor);
      return tokens.get(tokenId);
    });
    await removeFactorCommand(context, { config }, name);
    expect(printed.at(-1)).toBe(`token ${name} needs no code any more\n`);
    expect(await withFactors((_, tokens) => tokens.get(tokenId))).toMatchObject({ hasSecondFactor: false });
    const audited = await withFactors((_, __, { store }) =>
      store.db.selectFrom('audit_entries').selectAll().where('action', '=', 'token.factor-removed').execute(),
    );
    expect(audited.map(({ actor_name, detail }) => [actor_name, detail])).toEqual([
      ['vesica tokens remove-factor', JSON.stringify({ by: 'command', name })],
    ]);
    expect((await failure(removeFactorCommand(context, { config }, name))).code).toBe('state/conflict');
    expect((await failure(removeFactorCommand(context, { config }, 'nobody'))).code).toBe('api/not-found');
    await withFactors(async () => {
      const { code, message } = await failure(removeFactorCommand(context, { config }, name));
      expect(code).toBe('state/in-use');
      expect(message).toContain('vesica tokens remove-factor --node http');
    });
  });
});
