import { Secret, TOTP } from 'otpauth';
import { wipe } from '../../bytes.js';
import { VesicaError } from '../../errors.js';
import { randomBytes } from '../../random.js';
import { found, type Actor, type NodeContext } from '../context.js';
import type { TokenRow } from '../store/index.js';
import { tokenOf, type TokenView } from './token.js';

/** Seals and opens the secret of a factor for the token of an id: what is sealed for one does not open for another. */
export interface FactorCipher {
  seal(secret: Uint8Array, token: string): Promise<Uint8Array>;
  open(sealed: Uint8Array, token: string): Promise<Uint8Array>;
}

/** What an authenticator has to know; told once. */
export interface NewFactor {
  /** Base32. */
  readonly secret: string;
  /** `otpauth:` address with the same. */
  readonly uri: string;
}

/** What became of a code; `waitSeconds` is above 0 when none is looked at for so long. */
export type FactorVerdict =
  { readonly isAccepted: true } | { readonly isAccepted: false; readonly waitSeconds: number };

/** 160 bits, as RFC 4226 §4 (R6) recommends. */
const SECRET_BYTES = 20;
/** What every authenticator does unless told; some do nothing else. */
const FORM = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
/** Steps that a clock may be off, either way (RFC 6238 §5.2 allows one for the delay of the network). */
const WINDOW_STEPS = 1;
const CODE = /^[0-9]{6}$/;

/**
 * Three codes of a million are good at any time, so whoever has a token guesses one within an hour with a chance of at most
 * 10 times 3 in a million: below one in a thousand a day.
 */
const WRONG_CODES = 10;
const WRONG_CODES_MS = 3_600_000;

/**
 * Second factors of tokens: time-based one-time passwords (RFC 6238). A token has one once its first code was confirmed. Each
 * code is accepted once, and none that is older than the last one.
 */
export class SecondFactors {
  readonly #context: NodeContext;
  readonly #cipher: FactorCipher;
  readonly #issuer: string;
  /** When wrong codes came, by token. */
  readonly #wrong = new Map<string, number[]>();

  constructor(context: NodeContext, { cipher, issuer }: { cipher: FactorCipher; issuer: string }) {
    this.#context = context;
    this.#cipher = cipher;
    this.#issuer = issuer;
  }

  /**
   * Makes a secret for a token, in place of one that was not confirmed. Nothing changes before `confirm`.
   *
   * @throws VesicaError `api/not-found`; `state/conflict` when the token has a second factor.
   */
  async begin(token: string): Promise<NewFactor> {
    const { store, random } = this.#context;
    const { name } = await this.#row(token);
    const bytes = randomBytes(random, SECRET_BYTES);
    const factor = await this.#cipher.seal(bytes, token);
    const { numUpdatedRows } = await store.db
      .updateTable('tokens')
      .set({ factor, factor_step: null })
      .where('id', '=', token)
      .where('factor_confirmed_at', 'is', null)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) throw conflict('the token has a second factor; remove that first');
    const totp = new TOTP({ ...FORM, issuer: this.#issuer, label: name, secret: secretOf(bytes) });
    const made = { secret: totp.secret.base32, uri: totp.toString() };
    wipe(bytes);
    return made;
  }

  /**
   * Puts the factor of `begin` in force, with a code that it gives.
   *
   * @throws VesicaError `api/not-found`; `api/invalid-request` with field `code` for another code; `state/conflict` when
   * nothing waits to be confirmed.
   */
  async confirm(token: string, code: string, actor: Actor): Promise<TokenView> {
    const { store, audit, now } = this.#context;
    return store.transaction(async (trx) => {
      const before = found(
        await trx.selectFrom('tokens').selectAll().where('id', '=', token).executeTakeFirst(),
        'token',
      );
      if (before.factor === null || before.factor_confirmed_at !== null) {
        throw conflict('no second factor waits to be confirmed');
      }
      const step = await this.#stepOf(before.factor, token, code);
      if (step === undefined) {
        const why = 'code is not what the new factor gives now; check the clock of the device';
        throw new VesicaError('api/invalid-request', why, { field: 'code' });
      }
      const changes = { factor_confirmed_at: now().toISOString(), factor_step: step };
      await trx.updateTable('tokens').set(changes).where('id', '=', token).execute();
      const subject = { kind: 'token', id: token };
      await audit.append(
        { actor, action: 'token.factor-added', subject, detail: { name: before.name } },
        trx,
      );
      return tokenOf({ ...before, ...changes }, now());
    });
  }

  /**
   * Looks at a code for a token that has a second factor. A wrong one is audited; after ten in an hour none is looked at,
   * right or wrong, until the hour of the first is over.
   *
   * @throws VesicaError `api/not-found`; `state/...`; `keys/...` when the secret does not open.
   */
  async accept(token: string, code: string): Promise<FactorVerdict> {
    const { store, audit } = this.#context;
    const { factor, factor_confirmed_at: since, name } = await this.#row(token);
    if (factor === null || since === null) return { isAccepted: false, waitSeconds: 0 };
    // Counted before it is looked at, and given back: else many at once would all be looked at.
    const { waitSeconds, giveBack } = this.#attempt(token);
    if (waitSeconds > 0) return { isAccepted: false, waitSeconds };
    const step = await this.#stepOf(factor, token, code);
    if (step !== undefined) {
      const { numUpdatedRows } = await store.db
        .updateTable('tokens')
        .set({ factor_step: step })
        .where('id', '=', token)
        .where('factor_confirmed_at', '=', since)
        .where('factor_step', '<', step)
        .executeTakeFirst();
      if (numUpdatedRows === 1n) {
        giveBack();
        return { isAccepted: true };
      }
    }
    await audit.append({
      actor: { kind: 'token', name },
      action: 'token.code-refused',
      subject: { kind: 'token', id: token },
      detail: { reason: step === undefined ? 'wrong' : 'used before' },
    });
    return { isAccepted: false, waitSeconds: 0 };
  }

  /** `removeSecondFactor`, for a running node. */
  async remove(token: string, removal: FactorRemoval): Promise<TokenView> {
    return removeSecondFactor(this.#context, token, removal);
  }

  async #row(token: string): Promise<TokenRow> {
    const rows = this.#context.store.db.selectFrom('tokens').selectAll().where('id', '=', token);
    return found(await rows.executeTakeFirst(), 'token');
  }

  /** The time step that `code` belongs to, if it is one of those around now. */
  async #stepOf(factor: Uint8Array, token: string, code: string): Promise<number | undefined> {
    const digits = code.replaceAll(/\s/g, '');
    if (!CODE.test(digits)) return undefined;
    const bytes = await this.#cipher.open(factor, token);
    const timestamp = this.#context.now().getTime();
    const secret = secretOf(bytes);
    const delta = TOTP.validate({ ...FORM, token: digits, secret, timestamp, window: WINDOW_STEPS });
    wipe(bytes);
    wipe(secret.bytes);
    return delta === null ? undefined : TOTP.counter({ period: FORM.period, timestamp }) + delta;
  }

  #attempt(token: string): { readonly waitSeconds: number; readonly giveBack: () => void } {
    const at = this.#context.now().getTime();
    const recent = (this.#wrong.get(token) ?? []).filter((time) => time > at - WRONG_CODES_MS);
    this.#wrong.set(token, recent);
    const [first] = recent;
    if (recent.length >= WRONG_CODES && first !== undefined) {
      return { waitSeconds: Math.ceil((first + WRONG_CODES_MS - at) / 1000), giveBack: () => undefined };
    }
    recent.push(at);
    const giveBack = (): void => {
      const times = this.#wrong.get(token) ?? [];
      const place = times.indexOf(at);
      if (place >= 0) times.splice(place, 1);
    };
    return { waitSeconds: 0, giveBack };
  }
}

export interface FactorRemoval {
  readonly actor: Actor;
  /** What allowed it: a code, whoever manages tokens, or whoever has the state of a node that does not run. */
  readonly by: 'code' | 'admin' | 'command';
}

/**
 * Takes the second factor from a token, which is good without a code then.
 *
 * @throws VesicaError `api/not-found`; `state/conflict` when it has none.
 */
export function removeSecondFactor(
  { store, audit, now }: NodeContext,
  token: string,
  { actor, by }: FactorRemoval,
): Promise<TokenView> {
  return store.transaction(async (trx) => {
    const rows = trx.selectFrom('tokens').selectAll().where('id', '=', token);
    const before = found(await rows.executeTakeFirst(), 'token');
    if (before.factor_confirmed_at === null) throw conflict('the token has no second factor');
    const changes = { factor: null, factor_confirmed_at: null, factor_step: null };
    await trx.updateTable('tokens').set(changes).where('id', '=', token).execute();
    const subject = { kind: 'token', id: token };
    const detail = { name: before.name, by };
    await audit.append({ actor, action: 'token.factor-removed', subject, detail }, trx);
    return tokenOf({ ...before, ...changes }, now());
  });
}

function secretOf(bytes: Uint8Array): Secret {
  return new Secret({ buffer: Uint8Array.from(bytes).buffer });
}

function conflict(message: string): VesicaError {
  return new VesicaError('state/conflict', message, { field: 'token' });
}
