import { link, open, rename, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { wipe } from '../../bytes.js';
import { VesicaError } from '../../errors.js';
import {
  KeyRing,
  loadMasterKey,
  openAtRest,
  type AtRest,
  type MasterKey,
  type StateTransaction,
  type Store,
} from '../../node/index.js';
import { systemRandom } from '../../system-random.js';
import type { CommandContext } from '../action.js';
import { loadNodeSecrets } from '../config/node-secrets.js';
import { writeMasterKey } from '../node/init-command.js';
import { commandActor, withState, type GovernedState } from './governed-state.js';

export interface RotateOptions {
  readonly config: string;
  readonly newKey?: string;
  readonly json?: true;
}

/** What a rotation did, as `--json` prints it. */
interface Rotated {
  readonly from: string;
  readonly to: string;
  /** Sealed files whose key was wrapped anew, and small values in the database. */
  readonly files: number;
  readonly values: number;
  /** Where the key is that was replaced; `null` when the operator gives the keys. */
  readonly oldKey: string | null;
}

const SUFFIX = '.new';

/**
 * `vesica keys rotate`: a new master key for all that is sealed in the state.
 *
 * In this order, so that a crash at any point loses nothing and doing it again finishes it: the new key is on the disk; then
 * everything is wrapped anew, while the old key still opens what is not; then all of it is opened with the new key alone; then
 * the old key gets another name and the new one takes its place.
 */
export async function keysRotateCommand(
  { print, reporter }: CommandContext,
  options: RotateOptions,
): Promise<void> {
  const running = (): string => 'Stop the node first: a rotation needs the state to itself';
  const rotated = await withState(options.config, running, (state) => rotate(state, options));
  if (options.json === true) {
    print(`${JSON.stringify(rotated, null, 2)}\n`);
    return;
  }
  const { from, to, files, values, oldKey } = rotated;
  print(`Key ${from} is replaced by ${to}: ${files} files and ${values} values are sealed with it now.\n`);
  if (oldKey === null) {
    reporter.line('next: make masterKey in the configuration give the new key, before the node starts');
  } else {
    reporter.line(
      `The old key is in ${oldKey}. Backups made before need it; once there are none, delete it.`,
    );
    reporter.line(`next: vesica node --config ${options.config}`);
  }
}

async function rotate(state: GovernedState, { newKey }: RotateOptions): Promise<Rotated> {
  const { plan, context } = state;
  const inFile = 'file' in plan.masterKey && newKey === undefined ? plan.masterKey.file : undefined;
  if (inFile === undefined && newKey === undefined) {
    const why =
      'masterKey is not in a file, so the new key must be given: --new-key names a file with 64 hexadecimal digits';
    throw new VesicaError('config/invalid', why, { field: '--new-key' });
  }
  const nextPath = newKey === undefined ? `${inFile ?? ''}${SUFFIX}` : resolve(newKey);
  // A rotation that was broken off has left its key: another one could not open what it has sealed.
  if (newKey === undefined && !(await isThere(nextPath))) await writeMasterKey(nextPath);
  const next = await loadMasterKey({ file: nextPath }, process.env);
  const { masterKeys } = await loadNodeSecrets(plan, process.env);
  const old = masterKeys.current;
  if (next.id === old.id) {
    throw new VesicaError('config/invalid', 'the new key is the one that is in use', { field: '--new-key' });
  }
  const previous = await Promise.all(plan.previousKeys.map((source) => loadMasterKey(source, process.env)));
  const counts = await wrapAnew(context.store, new KeyRing(next, [old, ...previous]), next);
  await context.audit.append({
    actor: commandActor('keys rotate'),
    action: 'keys.rotated',
    subject: { kind: 'key', id: next.id },
    detail: { from: old.id, to: next.id, ...counts },
  });
  const oldKey = inFile === undefined ? null : await exchange(inFile, nextPath, old);
  return { from: old.id, to: next.id, ...counts, oldKey };
}

async function wrapAnew(
  store: Store,
  keys: KeyRing,
  next: MasterKey,
): Promise<{ readonly files: number; readonly values: number }> {
  const both = await openAtRest(store.folder, { keys, random: systemRandom }, systemRandom);
  const folders = [both.secrets, both.staging, both.results, both.exports];
  let files = 0;
  for (const folder of folders) files += await folder.rotate();
  const alone = await openAtRest(
    store.folder,
    { keys: new KeyRing(next), random: systemRandom },
    systemRandom,
  );
  const values = await store.transaction(async (trx) => {
    const rows = await trx.selectFrom('input_sketches').select(['entry_id', 'sealed']).execute();
    for (const { entry_id, sealed } of rows) {
      const again = await both.sketches.seal(await both.sketches.open(sealed));
      await alone.sketches.open(again);
      await trx
        .updateTable('input_sketches')
        .set({ sealed: again })
        .where('entry_id', '=', entry_id)
        .execute();
    }
    await trx
      .updateTable('dataset_versions')
      .set({ staged_key_id: next.id })
      .where('staged_file', 'is not', null)
      .execute();
    await trx.updateTable('exports').set({ key_id: next.id }).where('file', 'is not', null).execute();
    return rows.length + (await factorsAnew(trx, { both, alone }));
  });
  // The old key may go once every file was seen to open without it, to its end.
  for (const folder of [alone.secrets, alone.staging, alone.results, alone.exports]) {
    for (const name of await folder.names()) for await (const piece of folder.read(name)) piece.fill(0);
  }
  return { files, values };
}

/** Seals the secrets of second factors with the new key; how many there are. */
async function factorsAnew(
  trx: StateTransaction,
  { both, alone }: { readonly both: AtRest; readonly alone: AtRest },
): Promise<number> {
  const rows = await trx.selectFrom('tokens').select(['id', 'factor']).execute();
  let count = 0;
  for (const { id, factor } of rows) {
    if (factor === null) continue;
    const secret = await both.factors.open(factor, id);
    const again = await both.factors.seal(secret, id);
    wipe(secret);
    wipe(await alone.factors.open(again, id));
    await trx.updateTable('tokens').set({ factor: again }).where('id', '=', id).execute();
    count += 1;
  }
  return count;
}

/** Puts the new key in the place of the old one, which keeps another name; that name. */
async function exchange(path: string, nextPath: string, old: MasterKey): Promise<string> {
  const kept = `${path}.${old.id}.old`;
  try {
    if (!(await isThere(kept))) await link(path, kept);
    await rename(nextPath, path);
    const folder = await open(dirname(path), 'r');
    await folder.sync().finally(() => folder.close());
    return kept;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new VesicaError(
      'output/unwritable',
      `everything is sealed with the new key in ${nextPath}, which could not take the place of ${path} (${code}); ` +
        'put it there by hand',
      { field: 'masterKey.file' },
    );
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
