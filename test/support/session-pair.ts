import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { asVesicaError, type VesicaError } from '../../src/errors.js';
import type { GroupOperations } from '../../src/group/index.js';
import { SUITE, createEngine, inlineOperations, keyTypeCode } from '../../src/group/index.js';
import type {
  Identity,
  Inventory,
  OwnList,
  SessionSettings,
  Terms,
  VerifySignature,
} from '../../src/protocol/index.js';
import { NO_ARMS, Session } from '../../src/protocol/index.js';
import type { RandomSource } from '../../src/random.js';
import { systemRandom } from '../../src/system-random.js';

/** Two sessions in one process and no socket: what a test gives each side, and how the frames go between them. */

export const operations: GroupOperations = inlineOperations(createEngine('noble'));

export function testIdentity(): Identity {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  return {
    publicKey: new Uint8Array(raw),
    sign: (message) => new Uint8Array(sign(null, message, privateKey)),
  };
}

const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
export const verifySignature: VerifySignature = (publicKey, message, signature) =>
  verify(
    null,
    message,
    { key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' },
    signature,
  );

export const TERMS: Terms = {
  suite: SUITE,
  mode: 'psi',
  initiatorRole: 'receiver',
  profile: 'uid2',
  keyTypes: ['email'],
  purpose: '',
  disclosure: 'rows',
  epsilon: '1',
  delta: '0.000001',
  measures: [],
  minCell: 0,
  minList: 0,
  shareLabels: true,
  shareResults: true,
  agreement: '',
};

/** A list of e-mail keys, one for each name. */
export function listOf(names: readonly string[], cellOf?: readonly number[]): OwnList {
  const keys = new Uint8Array(32 * names.length);
  names.forEach((name, i) => keys.set(createHash('sha256').update(name).digest(), 32 * i));
  const batch = { types: new Uint8Array(names.length).fill(keyTypeCode('email')), keys };
  return cellOf === undefined ? { batch } : { batch, cellOf: Uint32Array.from(cellOf) };
}

export interface TestSide {
  readonly names: readonly string[];
  /** Cell of each name, and the label of each cell. */
  readonly cellOf?: readonly number[];
  readonly labels?: readonly string[];
  /** Quanta of each name, a measure after the other. */
  readonly measures?: readonly Float64Array[];
  readonly random?: RandomSource;
  readonly terms?: Partial<Terms>;
  readonly settings?: Partial<SessionSettings>;
}

export function settingsOf(side: 'initiator' | 'responder', own: TestSide, terms: Terms): SessionSettings {
  const labels = own.labels ?? [];
  const cells = labels.map((label, cell) => ({
    label: [label],
    size: (own.cellOf ?? []).filter((of) => of === cell).length,
  }));
  const inventory: Inventory = {
    size: own.names.length,
    dimensions: labels.length > 0 ? ['arm'] : [],
    arms: NO_ARMS,
    cells,
  };
  return {
    side,
    party: side,
    software: 'test',
    identity: testIdentity(),
    verify: verifySignature,
    peerKey: undefined,
    operations,
    random: own.random ?? systemRandom,
    terms: { ...terms, ...own.terms },
    list: { ...listOf(own.names, own.cellOf), ...(own.measures && { measures: own.measures }) },
    inventory,
    ...own.settings,
  };
}

export interface PairRun {
  readonly initiator: Session;
  readonly responder: Session;
  /** What ended each side, when it failed. */
  readonly errors: { initiator?: VesicaError; responder?: VesicaError };
  readonly frames: { readonly from: 'initiator' | 'responder'; readonly frame: Uint8Array }[];
}

export type Tamper = (from: 'initiator' | 'responder', frame: Uint8Array) => Uint8Array | undefined;

/** Carries frames between two sessions until both have nothing more to say; `tamper` may change or drop a frame. */
export async function runPair(
  initiator: Session,
  responder: Session,
  tamper: Tamper = (_, frame) => frame,
): Promise<PairRun> {
  const run: PairRun = { initiator, responder, errors: {}, frames: [] };
  const sides = { initiator, responder };
  async function deliver(from: 'initiator' | 'responder', frame: Uint8Array): Promise<void> {
    const to = from === 'initiator' ? 'responder' : 'initiator';
    const arriving = tamper(from, frame);
    if (arriving === undefined) return;
    run.frames.push({ from, frame: arriving });
    if (run.errors[to] !== undefined) return;
    await attempt(to, () => sides[to].receive(arriving.slice()));
  }
  async function attempt(side: 'initiator' | 'responder', work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      run.errors[side] = asVesicaError(error);
      const farewell = sides[side].farewell(run.errors[side]);
      if (farewell !== undefined) await deliver(side, farewell);
    }
  }
  let quiet = 0;
  while (quiet < 2) {
    quiet = 0;
    for (const side of ['initiator', 'responder'] as const) {
      let frame: Uint8Array | undefined;
      if (run.errors[side] === undefined)
        await attempt(side, async () => void (frame = await sides[side].next()));
      if (frame === undefined) quiet += 1;
      else await deliver(side, frame);
    }
  }
  return run;
}

/** Builds both sessions and runs them. */
export function runSession(
  terms: Partial<Terms>,
  initiator: TestSide,
  responder: TestSide,
  tamper?: Tamper,
): Promise<PairRun> {
  const merged = { ...TERMS, ...terms };
  return runPair(
    new Session(settingsOf('initiator', initiator, merged)),
    new Session(settingsOf('responder', responder, merged)),
    tamper,
  );
}
