import { createHash } from 'node:crypto';
import { concatBytes, toHex } from '../../../src/bytes.js';
import type { GroupOperations, KeyBatch } from '../../../src/group/index.js';
import {
  GROUP_ORDER,
  HASH_TO_GROUP_DST,
  KEY_TYPES,
  SUITE,
  createEngine,
  inlineOperations,
  keyTypeCode,
  scalarToBigInt,
} from '../../../src/group/index.js';
import type { OwnList, Role, Session, SessionOutcome, Side, Terms } from '../../../src/protocol/index.js';
import { Session as SessionMachine, decodeMessage, roleOf } from '../../../src/protocol/index.js';
import { TERMS, runPair, settingsOf } from '../../support/session-pair.js';
import { MALFORMED_FRAMES } from '../support/malformed-frames.js';
import { recordingLedger } from '../support/recording-ledger.js';
import type { Recording } from '../support/recorder.js';
import { record } from '../support/recorder.js';
import { SIDES, otherSide } from '../support/stepping.js';
import type { PartyRows, Scenario } from './scenarios.js';
import { NO_CELLS, SCENARIOS } from './scenarios.js';
import { SEED, vectorIdentity, vectorRandom } from './seed.js';

// Every engine gives the same bytes; this one runs everywhere, and decrypts in little time.
const engine = createEngine('wasm');

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
  const randoms = {
    initiator: vectorRandom(`${scenario.name} / initiator`),
    responder: vectorRandom(`${scenario.name} / responder`),
  };
  const ledgers = { initiator: recordingLedger(), responder: recordingLedger() };
  const start = (side: Side, operations: GroupOperations): Session => {
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
      operations,
      random: randoms[side],
      ledger: scenario.replayed === true ? ledgers[side] : undefined,
      list: ownList(party),
      inventory: { size: party.rows.length, dimensions, arms, cells },
    });
  };
  const first =
    scenario.replayed === true
      ? await runPair(
          start('initiator', inlineOperations(engine)),
          start('responder', inlineOperations(engine)),
        )
      : undefined;
  const run = await runPair(
    start('initiator', recordings.initiator.operations),
    start('responder', recordings.responder.operations),
  );
  const { initiator, responder } = run;
  if (initiator.outcome === undefined || responder.outcome === undefined) {
    throw new Error(`scenario ${scenario.name} failed`, { cause: run.errors });
  }
  const party = (side: Side) => ({
    secretKey: toHex(identities[side].secretKey),
    publicKey: toHex(identities[side].publicKey),
    rows: rowsOf(scenario[side]),
    scalar: scalarOf(recordings[side]),
    ...secretsOf(recordings[side], roleOf(terms, side)),
    ...(first && { stored: [...ledgers[side].answers.values()][0] }),
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
    ...(first?.initiator.outcome && {
      answeredFrom: toHex(first.initiator.outcome.session),
      request: ledgers.initiator.requests[0],
    }),
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
  if (inCells) return { batch, cellOf: Uint32Array.from(rows, ({ cell }) => cell ?? 0) };
  const measures = (rows[0]?.values ?? []).map((_, measure) =>
    Float64Array.from(rows, ({ values }) => values?.[measure] ?? 0),
  );
  return { batch, measures };
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
  const counts = result?.counts?.map(({ count }) => count) ?? null;
  if (result === undefined || result.measures.length === 0) return { counts };
  const measures = result.measures.map(({ sums, squares, squareUnit }) => ({
    sums,
    ...(squares && { squares, squareUnit }),
  }));
  return { counts, measures };
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
    if (stage === 'tags' || stage === 'keys') return { from: side, stage, chunks: chunks.map(toHex) };
    // Every list here is short: a stream of elements is one chunk, blinded in one batch and evaluated in another.
    const [chunk] = chunks;
    if (chunk === undefined || chunks.length > 1) throw new Error('a stream of the vectors is one chunk');
    if (stage === 'sums') return { from: side, stage, items: sumItems(chunk, recordings[side]) };
    const { masks } = recordings[side];
    const width = stage === 'list' && masks.length > 0 ? masks.length + 2 : 1;
    const { sent, rows } = splitList(chunk, width);
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
        ...(width > 1 && {
          nonce: toHex(item(masks[0]!.nonces, i)),
          values: masks.map(({ values }) => Number(scalarToBigInt(item(values, i)))),
          ciphertexts: rows[i],
        }),
      })),
    };
  });
}

/** A party's secrets beside its scalar: what it multiplied the generator by, told by its place. */
function secretsOf({ multiples }: Recording, role: Role): Record<string, unknown> {
  const [keys, decoys] = multiples;
  if (keys === undefined || role === 'receiver' || role === 'cohorts') return { decoys: [] };
  const columns = pairs(keys.scalars, keys.elements);
  return {
    ...(columns.length > 0 && { columns }),
    decoys: decoys === undefined ? [] : pairs(decoys.scalars, decoys.elements),
  };
}

/** The sums of each cell, with the nonce and the noise that went into them. */
function sumItems(chunk: Uint8Array, { multiples }: Recording): unknown[] {
  const [nonces, noise] = multiples;
  if (nonces === undefined || noise === undefined) throw new Error('sums without their computation');
  const cells = nonces.scalars.length / 32;
  const columns = noise.scalars.length / nonces.scalars.length;
  return Array.from({ length: cells }, (_, cell) => ({
    nonce: toHex(item(nonces.scalars, cell)),
    noise: items(noise.scalars, cell * columns, columns).map(signed),
    ciphertexts: items(chunk, cell * (columns + 1), columns + 1).map(toHex),
  }));
}

/** The elements of a list, and the ciphertexts that follow each. */
function splitList(chunk: Uint8Array, width: number): { sent: Uint8Array; rows: string[][] } {
  const count = chunk.length / (32 * width);
  const places = Array.from({ length: count }, (_, i) => i * width);
  return {
    sent: concatBytes(...places.map((place) => item(chunk, place))),
    rows: places.map((place) => items(chunk, place + 1, width - 1).map(toHex)),
  };
}

/** A scalar as the small integer that it stands for. */
function signed(scalar: Uint8Array): number {
  const value = scalarToBigInt(scalar);
  return Number(value > GROUP_ORDER / 2n ? value - GROUP_ORDER : value);
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

function items(bytes: Uint8Array, from: number, count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => item(bytes, from + i));
}

function item(bytes: Uint8Array, index: number): Uint8Array {
  return bytes.subarray(32 * index, 32 * index + 32);
}
