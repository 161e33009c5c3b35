import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { NodeContext, TokenView, Tokens } from '../../node/index.js';
import { randomBytes } from '../../random.js';

/** How long a session lasts that nothing is asked in, and how long any does. */
export const IDLE_MS = 30 * 60_000;
export const LONGEST_MS = 12 * 3_600_000;
/** The least used one ends when there is one too many. */
export const MAX_LOGINS_OF_TOKEN = 10;
export const MAX_LOGINS = 1000;

const ID_BYTES = 32;
const ID = /^[A-Za-z0-9_-]{43}$/;

/** A session, for a request in it. */
export interface Login {
  /** How `LoginSessions` knows it; nobody can log in with that. */
  readonly key: string;
  readonly caller: TokenView;
  /** What requests of the session that change something must carry. */
  readonly csrf: string;
  /** When it ends unless it is used before. */
  readonly expiresAt: string;
}

interface Entry {
  readonly token: string;
  readonly startedAt: number;
  usedAt: number;
  /** Which second factor it was opened with, if with one. */
  factor: string | null;
}

/**
 * Who is logged in to the console. Sessions are in memory alone, by SHA-256 of their ids, and end with the process. Each is
 * bound to a token: it ends when the token is revoked or expires, and when its second factor changes.
 */
export class LoginSessions {
  readonly #context: Pick<NodeContext, 'random' | 'now'>;
  readonly #tokens: Pick<Tokens, 'current'>;
  /** The least used first. */
  readonly #entries = new Map<string, Entry>();

  constructor(context: Pick<NodeContext, 'random' | 'now'>, tokens: Pick<Tokens, 'current'>) {
    this.#context = context;
    this.#tokens = tokens;
  }

  get count(): number {
    return this.#entries.size;
  }

  /** Begins a session of a token that was shown, with its code if it needs one. The id is for the cookie and nowhere else. */
  start(caller: TokenView): { readonly id: string; readonly login: Login } {
    this.#makeRoom(caller.id);
    const id = Buffer.from(randomBytes(this.#context.random, ID_BYTES)).toString('base64url');
    const at = this.#context.now().getTime();
    const entry = { token: caller.id, startedAt: at, usedAt: at, factor: caller.secondFactorSince };
    const key = keyOf(id);
    this.#entries.set(key, entry);
    return { id, login: { key, caller, csrf: csrfOf(id), expiresAt: endOf(entry, caller) } };
  }

  /** The session of an id, which counts as using it; `undefined` once it has ended. */
  async find(id: string): Promise<Login | undefined> {
    if (!ID.test(id)) return undefined;
    const key = keyOf(id);
    const live = await this.#live(key);
    // It may have ended in the turn between: then it must not be entered again.
    if (live === undefined || this.#entries.get(key) !== live.entry) return undefined;
    const { entry, caller } = live;
    entry.usedAt = this.#context.now().getTime();
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return { key, caller, csrf: csrfOf(id), expiresAt: endOf(entry, caller) };
  }

  /** The token of a session that goes on, without using the session. */
  async callerOf(key: string): Promise<TokenView | undefined> {
    return (await this.#live(key))?.caller;
  }

  end(key: string): void {
    this.#entries.delete(key);
  }

  /** Lets the session go on in which the second factor of its token was changed; all others of the token end. */
  keep(key: string, { secondFactorSince }: TokenView): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) entry.factor = secondFactorSince;
  }

  async #live(key: string): Promise<{ readonly entry: Entry; readonly caller: TokenView } | undefined> {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const caller = this.#isOver(entry) ? undefined : await this.#tokens.current(entry.token);
    if (caller?.secondFactorSince === entry.factor) {
      // It may have ended while the token was looked up.
      return this.#entries.get(key) === entry ? { entry, caller } : undefined;
    }
    this.#entries.delete(key);
    return undefined;
  }

  #isOver({ startedAt, usedAt }: Entry): boolean {
    const at = this.#context.now().getTime();
    return at >= usedAt + IDLE_MS || at >= startedAt + LONGEST_MS;
  }

  #makeRoom(token: string): void {
    for (const [key, entry] of this.#entries) if (this.#isOver(entry)) this.#entries.delete(key);
    const own = [...this.#entries].filter(([, entry]) => entry.token === token);
    const surplus = own.slice(0, Math.max(0, own.length + 1 - MAX_LOGINS_OF_TOKEN)).map(([key]) => key);
    for (const key of surplus) this.#entries.delete(key);
    for (const key of this.#entries.keys()) {
      if (this.#entries.size < MAX_LOGINS) break;
      this.#entries.delete(key);
    }
  }
}

/** Whether `given` is the CSRF value of a session, in a time that does not tell how much of it is right. */
export function isCsrfOf({ csrf }: Login, given: unknown): boolean {
  if (typeof given !== 'string') return false;
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(csrf));
}

function keyOf(id: string): string {
  return createHash('sha256').update(id).digest('hex');
}

/** Follows from the id alone, so that it need not be kept; and nothing of the id follows from it. */
function csrfOf(id: string): string {
  return createHmac('sha256', id).update('vesica/csrf').digest('base64url');
}

function endOf({ startedAt, usedAt }: Entry, { expiresAt }: TokenView): string {
  const ofToken = expiresAt === null ? Infinity : Date.parse(expiresAt);
  return new Date(Math.min(usedAt + IDLE_MS, startedAt + LONGEST_MS, ofToken)).toISOString();
}
