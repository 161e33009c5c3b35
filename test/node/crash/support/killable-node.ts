import { fork, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BudgetEntry, NodeServices, SessionView } from '../../../../src/node/index.js';
import { createIdentity, saveIdentity, type NodeIdentity } from '../../../../src/transport/index.js';

const SCRIPT = fileURLToPath(new URL('node-process.mjs', import.meta.url));

interface Answer {
  readonly number: number;
  readonly value?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

type Method = (...parameters: never[]) => unknown;
/** What a method of a service resolves to. */
type Result<
  Service extends keyof NodeServices,
  Name extends keyof NodeServices[Service],
> = NodeServices[Service][Name] extends Method ? Awaited<ReturnType<NodeServices[Service][Name]>> : never;

/** A node that runs in a process of its own and can be killed and started again on the state it left. */
export class KillableNode {
  readonly party: string;
  readonly identity: NodeIdentity;
  readonly stateFolder: string;
  readonly #folder: string;
  readonly #settings: string;
  readonly #identityFile: string;
  readonly #pending = new Map<number, Pending>();
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #count = 0;
  /** Where partners connect, as long as it runs. */
  url = '';

  constructor(party: string, timeouts: object, config: object = {}) {
    this.party = party;
    this.#folder = mkdtempSync(join(tmpdir(), 'vesica-crash-'));
    this.stateFolder = join(this.#folder, 'state');
    this.identity = createIdentity(party);
    this.#settings = join(this.#folder, 'node.json');
    const masterKeyFile = join(this.#folder, 'master.key');
    const identityFile = join(this.#folder, 'node.id');
    this.#identityFile = identityFile;
    writeFileSync(masterKeyFile, new Uint8Array(32).fill(7));
    writeFileSync(
      this.#settings,
      JSON.stringify({ party, stateFolder: this.stateFolder, identityFile, masterKeyFile, timeouts, config }),
    );
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  /** Starts it; resolves once it takes orders and partners. */
  async start(): Promise<void> {
    if (!existsSync(this.#identityFile)) await saveIdentity(this.identity, this.#identityFile);
    const child = fork(SCRIPT, [this.#settings], { serialization: 'advanced' });
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#child = undefined;
        const error = new Error(`${this.party} has ended (${signal ?? String(code)})`);
        for (const { reject } of this.#pending.values()) reject(error);
        this.#pending.clear();
        resolve();
      });
    });
    const ready = this.#answer(0);
    child.on('message', (message) => this.#take(message as Answer));
    ({ partnerUrl: this.url } = (await ready) as { partnerUrl: string });
  }

  /** SIGKILL, which no program can prepare for. */
  kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    return this.#ended;
  }

  /** Kills it and removes all that it left. */
  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Calls a method of one of its services. */
  call<Service extends keyof NodeServices, Name extends keyof NodeServices[Service] & string>(
    service: Service,
    name: Name,
    ...parameters: readonly unknown[]
  ): Promise<Result<Service, Name>> {
    return this.#ask(`${service}.${name}`, parameters) as Promise<Result<Service, Name>>;
  }

  session(id: string): Promise<SessionView> {
    return this.call('sessions', 'get', id);
  }

  until(id: string, states: readonly SessionView['state'][]): Promise<SessionView> {
    return this.#ask('until', [id, states]) as Promise<SessionView>;
  }

  history(partner: string, lineage: string): Promise<readonly BudgetEntry[]> {
    return this.call('budgets', 'history', partner, lineage);
  }

  verify(): Promise<{ readonly ok: boolean }> {
    return this.#ask('verify', []) as Promise<{ ok: boolean }>;
  }

  defects(): Promise<readonly string[]> {
    return this.#ask('defects', []) as Promise<readonly string[]>;
  }

  info(): Promise<{ readonly fingerprint: string }> {
    return this.#ask('info', []) as Promise<{ fingerprint: string }>;
  }

  /** Resident memory of its process in bytes: now, and the most since it started. */
  memory(): Promise<{ readonly now: number; readonly most: number }> {
    return this.#ask('memory', []) as Promise<{ now: number; most: number }>;
  }

  /** The files below its state, by folder and name. */
  files(folder = ''): string[] {
    const at = join(this.stateFolder, folder);
    return readdirSync(at, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(at.length + 1))
      .sort();
  }

  #ask(path: string, parameters: readonly unknown[]): Promise<unknown> {
    this.#count += 1;
    const number = this.#count;
    const answer = this.#answer(number);
    if (this.#child === undefined) throw new Error(`${this.party} is not running`);
    this.#child.send({ number, path, parameters });
    return answer;
  }

  #answer(number: number): Promise<unknown> {
    return new Promise((resolve, reject) => this.#pending.set(number, { resolve, reject }));
  }

  #take({ number, value, error }: Answer): void {
    const pending = this.#pending.get(number);
    this.#pending.delete(number);
    if (error === undefined) pending?.resolve(value);
    else pending?.reject(Object.assign(new Error(error.message), { code: error.code }));
  }
}
