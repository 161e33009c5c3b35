import { createHash } from 'node:crypto';
import { toHex } from '../../../src/bytes.js';
import type { KeyBatch } from '../../../src/group/index.js';
import {
  HASH_TO_GROUP_DST,
  KEY_TYPES,
  SUITE,
  createEngine,
  inlineOperations,
  keyTypeCode,
} from '../../../src/group/index.js';
import type { OwnList, Session, SessionOutcome, Side, Terms } from '../../../src/protocol/index.js';
import { Session as SessionMachine, decodeMessage } from '../../../src/protocol/index.js';
import { TERMS, runPair, settingsOf } from '../../support/session-pair.js';
import { MALFORMED_FRAMES } from '../support/malformed-frames.js';
import type { Recording } from '../support/recorder.js';
import { record } from '../support/recorder.js';
import { SIDES, otherSide } from '../support/stepping.js';
import type { PartyRows, Scenario } from './scenarios.js';
import { NO_CELLS, SCENARIOS } from './scenarios.js';
import { SEED, vectorIdentity, vectorRandom } from './seed.js';

const engine = createEngine('noble');

/** The files of protocol-spec/vectors: name and text. They are the same every time. */
export async function vectorFiles(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, unknown>();
  for (const scenario of SCENARIOS) files.set(`${scenario.name}.json`, await scenarioVector(scenario));
  files.set('malformed-frames.json', malformedVector());
  return new Map([...files].map(([name, value]) => [name, `${JSON.stringify(value, null, 1)}\n`]));
}

function malformedVector(): unknown {
  return {
    about: 'Frames that a receiver must refuse, with the code and the field (empty: none) that it names.',
    frames: MALFORMED_FRAMES.map(({ name, frame, code, field }) => ({
      name,
      frame: toHex(frame),
      code,
      field,
    })),
  };
}

async function scenarioVector(scenario: Scenario): Promise<unknown> {
  const terms: Terms = { ...TERMS, ...scenario.terms };
  const recordings: Record<Side, Recording> = {
    initiator: record(inlineOperations(engine)),
    responder: record(inlineOperations(engine)),
  };
  const identities = {
    initiator: vectorIdentity(`${scenario.name} / initiator / identity`),
    responder: vectorIdentity(`${scenario.name} / responder / identity`),
  };
  const start = (side: Side): Session => {
    const party = scenario[side];
    const { dimensions, arms, labels } = party.cells ?? NO_CELLS;
    const cells = labels.map((label, cell) => ({
      label,
      size: party.rows.filter((row) => row.cell === cell).length,
    }));
    return new SessionMachine({
      ...settingsOf(side, { names: [] }, terms),
      software: 'vectors',
      identity: identities[side],
      peerKey: identities[otherSide(side)].publicKey,
      operations: recordings[side].operations,
      random: vectorRandom(`${scenario.name} / ${side}`),
      list: ownList(party),
      inventory: { size: party.rows.length, dimensions, arms, cells },
    });
  };
  const run = await runPair(start('initiator'), start('responder'));
  const { initiator, responder } = run;
  if (initiator.outcome === undefined || responder.outcome === undefined) {
    throw new Error(`scenario ${scenario.name} failed`, { cause: run.errors });
  }
  const party = (side: Side) => ({
    secretKey: toHex(identities[side].secretKey),
    publicKey: toHex(identities[side].publicKey),
    rows: rowsOf(scenario[side]),
    scalar: scalarOf(recordings[side]),
    decoys: recordings[side].decoys.flatMap(({ scalars, elements }) => pairs(scalars, elements)),
    result: resultOf(run[side].outcome),
    receipt: run[side].outcome?.receipts.own.signature,
  });
  return {
    about: scenario.about,
    seed: SEED,
    suite: SUITE,
    domainSeparationTag: new TextDecoder().decode(HASH_TO_GROUP_DST),
    terms,
    session: toHex(initiator.outcome.session),
    initiator: party('initiator'),
    responder: party('responder'),
    streams: SIDES.flatMap((side) => streamsOf(run.frames, side, recordings)),
    messages: run.frames.map(({ from, frame }) => ({
      from,
      type: decodeMessage(frame).type,
      frame: toHex(frame),
    })),
    transcript: initiator.outcome.receipts.transcript,
  };
}

function ownList({ rows }: PartyRows): OwnList {
  const keys = new Uint8Array(32 * rows.length);
  rows.forEach(({ identifier }, i) => keys.set(createHash('sha256').update(identifier).digest(), 32 * i));
  const batch = { types: Uint8Array.from(rows, ({ type }) => keyTypeCode(type)), keys };
  const inCells = rows.some(({ cell }) => cell !== undefined);
  return inCells ? { batch, cellOf: Uint32Array.from(rows, ({ cell }) => cell ?? 0) } : { batch };
}

function rowsOf(party: PartyRows): unknown[] {
  const { batch } = ownList(party);
  const elements = engine.hashToGroup(batch, HASH_TO_GROUP_DST);
  return party.rows.map((row, i) => ({
    ...row,
    key: toHex(item(batch.keys, i)),
    element: toHex(item(elements, i)),
  }));
}

/** The session's scalar. A party with an empty list blinds nothing, but evaluates what it is sent. */
function scalarOf({ blinds, evaluations }: Recording): string | undefined {
  const used = blinds[0] ?? evaluations[0];
  return used === undefined ? undefined : toHex(used.scalar);
}

function resultOf(outcome: SessionOutcome | undefined): unknown {
  const result = outcome?.result;
  if (result?.kind === 'rows') return { matched: result.matched === undefined ? null : [...result.matched] };
  return { counts: result?.counts?.map(({ count }) => count) ?? null };
}

/** The streams that `side` sent. Elements with the keys they were made of and what the other side made of them. */
function streamsOf(
  frames: readonly { readonly from: Side; readonly frame: Uint8Array }[],
  side: Side,
  recordings: Readonly<Record<Side, Recording>>,
): unknown[] {
  const streams = new Map<string, Uint8Array[]>();
  for (const { from, frame } of frames) {
    const message = decodeMessage(frame);
    if (from !== side || message.type !== 'chunk') continue;
    streams.set(message.stage, [...(streams.get(message.stage) ?? []), message.items]);
  }
  return [...streams].map(([stage, chunks]) => {
    if (stage === 'tags') return { from: side, stage, chunks: chunks.map(toHex) };
    // Every list here is short: a stream of elements is one chunk, blinded in one batch and evaluated in another.
    const [sent] = chunks;
    if (sent === undefined || chunks.length > 1) throw new Error('a stream of the vectors is one chunk');
    const made = recordings[side].blinds.find(({ elements }) => toHex(elements) === toHex(sent));
    const taken = recordings[otherSide(side)].evaluations.find(
      ({ elements }) => toHex(elements) === toHex(sent),
    );
    if (made === undefined || taken === undefined) throw new Error('a stream without its computation');
    return {
      from: side,
      stage,
      items: keysOf(made.batch).map((key, i) => ({
        ...key,
        blinded: toHex(item(sent, i)),
        evaluated: toHex(item(taken.results, i)),
      })),
    };
  });
}

function keysOf({ types, keys }: KeyBatch): { type: string; key: string }[] {
  return [...types].map((type, i) => ({ type: KEY_TYPES[type] ?? '', key: toHex(item(keys, i)) }));
}

function pairs(scalars: Uint8Array, elements: Uint8Array): { scalar: string; element: string }[] {
  return Array.from({ length: scalars.length / 32 }, (_, i) => ({
    scalar: toHex(item(scalars, i)),
    element: toHex(item(elements, i)),
  }));
}

function item(bytes: Uint8Array, index: number): Uint8Array {
  return bytes.subarray(32 * index, 32 * index + 32);
}
