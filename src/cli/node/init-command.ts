import { chmod, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { VesicaError } from '../../errors.js';
import {
  auditLog,
  idSource,
  loadMasterKey,
  MASTER_KEY_BYTES,
  openStore,
  SourceFolders,
  Tokens,
} from '../../node/index.js';
import { randomBytes } from '../../random.js';
import { systemRandom } from '../../system-random.js';
import { createIdentity, loadIdentity, saveIdentity, type NodeIdentity } from '../../transport/index.js';
import type { CommandContext } from '../action.js';
import { readNodePlan } from '../config/node-plan.js';
import { nodeYaml, NODE_FILES } from './node-yaml.js';

export interface InitOptions {
  readonly party?: string;
  readonly listen: string;
  readonly api: string;
  readonly masterKey?: string;
  readonly data?: readonly string[];
  readonly tokenFile?: string;
  readonly json?: true;
}

/** What `vesica init` made, as `--json` prints it. The token is told this once. */
export interface MadeNode {
  readonly party: string;
  readonly folder: string;
  readonly configuration: string;
  readonly fingerprint: string;
  readonly masterKey: string;
  /** `secret` is `null` when it is in the file that `--token-file` named. */
  readonly token: { readonly name: string; readonly role: 'admin'; readonly secret: string | null };
}

const OWNER_FOLDER = 0o700;
const OWNER_FILE = 0o600;
const FIRST_TOKEN = 'first-admin';
const ACTOR = { kind: 'command', name: 'vesica init' } as const;
const PARTY = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** `vesica init`: everything a node needs, in one folder. What is there is never overwritten. */
export async function initCommand(
  { print, reporter }: CommandContext,
  folder: string,
  options: InitOptions,
): Promise<void> {
  const made = await makeNode(resolve(folder), options);
  if (options.json === true) {
    print(`${JSON.stringify(made, null, 2)}\n`);
    return;
  }
  const { secret } = made.token;
  print(`fingerprint  ${made.fingerprint}\n${secret === null ? '' : `token        ${secret}\n`}`);
  reporter.line(`Node ${made.party} is in ${made.folder}.`);
  reporter.line('Tell the partner the fingerprint over a channel you trust, and take theirs the same way.');
  reporter.line(
    secret === null
      ? `The admin token is in ${options.tokenFile ?? ''} and nowhere else. Keep it like a password.`
      : 'The token is an admin token and is shown only now. Keep it like a password.',
  );
  reporter.line(
    `Keep a copy of ${NODE_FILES.identity} and of ${made.masterKey}, each in a place of its own.`,
  );
  reporter.line(`next: vesica node --config ${made.configuration}`);
}

async function makeNode(folder: string, options: InitOptions): Promise<MadeNode> {
  const party = options.party ?? basename(folder);
  if (!PARTY.test(party)) {
    const form = '--party: a name is 1 to 63 letters, digits, dots, underscores and hyphens';
    throw new VesicaError('config/invalid', form, { field: 'party' });
  }
  const wasThere = await requireEmpty(folder);
  const keyPath = resolve(options.masterKey ?? join(folder, NODE_FILES.masterKey));
  const made = { files: [] as string[] };
  try {
    await mkdir(folder, { recursive: true, mode: OWNER_FOLDER });
    await chmod(folder, OWNER_FOLDER);
    const fromFolder = (path: string): string => {
      const inside = relative(folder, path);
      return inside.startsWith('..') || isAbsolute(inside) ? path : inside;
    };
    const masterKey = fromFolder(keyPath);
    const dataFolders = (options.data ?? [join(folder, NODE_FILES.data)]).map((path) => resolve(path));
    if (options.data === undefined) await mkdir(join(folder, NODE_FILES.data), { mode: OWNER_FOLDER });
    const configuration = join(folder, NODE_FILES.configuration);
    const { listen, api } = options;
    await writeNew(
      configuration,
      nodeYaml({ party, listen, api, masterKey, dataFolders: dataFolders.map(fromFolder) }),
    );
    // Says of --party, --listen and --api what a start would say of the keys.
    const plan = readNodePlan(configuration, {});
    const newKey = await provideKey(keyPath);
    if (newKey !== undefined) made.files.push(newKey);
    await loadMasterKey(plan.masterKey, {});
    await saveIdentity(createIdentity(party), plan.identityPath);
    const identity = await loadIdentity(plan.identityPath);
    const secret = await makeState(plan.stateFolder, identity);
    await SourceFolders.open({ folders: plan.dataFolders, keepOut: [plan.stateFolder, ...plan.keepOut] });
    await flush(folder);
    if (options.tokenFile !== undefined) await writeNew(resolve(options.tokenFile), `${secret}\n`);
    return {
      party,
      folder,
      configuration,
      fingerprint: identity.fingerprint,
      masterKey: keyPath,
      token: {
        name: FIRST_TOKEN,
        role: 'admin',
        secret: options.tokenFile === undefined ? secret : null,
      },
    };
  } catch (error) {
    // It was empty, so all that is in it now was made here.
    for (const name of await readdir(folder).catch(() => [])) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
    if (!wasThere) await rm(folder, { recursive: true, force: true });
    for (const file of made.files) await rm(file, { force: true });
    throw writeFailure(error, folder);
  }
}

/** The state with its first token; what the token is. */
async function makeState(folder: string, identity: NodeIdentity): Promise<string> {
  const now = (): Date => new Date();
  const store = await openStore(folder, { now });
  try {
    const audit = auditLog(store, identity, { now });
    const newId = idSource({ now, random: systemRandom });
    for (const name of store.migrated) {
      await audit.append({
        actor: ACTOR,
        action: 'state.migrated',
        subject: { kind: 'migration', id: name },
        detail: {},
      });
    }
    const tokens = new Tokens({ store, audit, newId, now, random: systemRandom });
    return (await tokens.create({ name: FIRST_TOKEN, role: 'admin' }, ACTOR)).secret;
  } finally {
    await store.close();
  }
}

/** @returns Whether the folder is there. @throws VesicaError `output/unwritable` when something is in it. */
async function requireEmpty(folder: string): Promise<boolean> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw writeFailure(error, folder);
  }
  if (names.length === 0) return true;
  const why = `${folder} is not empty; a node is made in a new folder, and nothing is overwritten`;
  throw new VesicaError('output/unwritable', why, { field: 'dir' });
}

/** Writes a new master key unless there is one; its path if it was made. */
async function provideKey(path: string): Promise<string | undefined> {
  const found = await stat(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (found !== undefined) return undefined;
  await mkdir(dirname(path), { recursive: true, mode: OWNER_FOLDER });
  await writeMasterKey(path);
  return path;
}

/** Writes a new master key, 64 hexadecimal digits, into a new file of its owner alone. */
export async function writeMasterKey(path: string): Promise<void> {
  const bytes = Buffer.from(randomBytes(systemRandom, MASTER_KEY_BYTES));
  await writeNew(path, `${bytes.toString('hex')}\n`);
  bytes.fill(0);
}

async function writeNew(path: string, text: string): Promise<void> {
  try {
    const file = await open(path, 'wx', OWNER_FILE);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await flush(dirname(path));
  } catch (error) {
    throw writeFailure(error, path);
  }
}

async function flush(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

function writeFailure(error: unknown, path: string): VesicaError {
  if (error instanceof VesicaError) return error;
  const reason = codeOf(error) === 'EEXIST' ? 'it exists already' : `the system says ${codeOf(error)}`;
  return new VesicaError('output/unwritable', `cannot write ${path}: ${reason}`, { field: 'dir' });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
