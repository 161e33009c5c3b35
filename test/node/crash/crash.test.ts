import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SessionView } from '../../../src/node/index.js';
import {
  approve,
  closeCrashPair,
  create,
  ends,
  known,
  offered,
  openCrashPair,
  reportOf,
  runThrough,
  spentFor,
  type CrashPair,
  type CrashParty,
  type Subject,
} from './support/crash-pair.js';
import type { HoldPoint, Side } from './support/relay.js';

type Mode = Subject['ask']['mode'];
type State = SessionView['state'];

/** A stage of a session: where the connection is held, and how far both sides have come by then. */
interface Stage {
  readonly name: string;
  readonly at: HoldPoint | { readonly handshake: Side; readonly bytes: number } | 'offered' | 'done';
  readonly states: { readonly initiator: State; readonly responder: State | undefined };
}

const SIDES = ['initiator', 'responder'] as const;
const other = (side: Side): Side => (side === 'initiator' ? 'responder' : 'initiator');

const initiator = (message: string): HoldPoint => ({ from: 'initiator', message });
const responder = (message: string): HoldPoint => ({ from: 'responder', message });
const states = (ofInitiator: State, ofResponder: State | undefined): Stage['states'] => ({
  initiator: ofInitiator,
  responder: ofResponder,
});

/** Of `aggregate`, where the initiator has the measures: every message that means something new, both ways. */
const STAGES: readonly Stage[] = [
  { name: 'handshake', at: { handshake: 'initiator', bytes: 0 }, states: states('draft', undefined) },
  {
    name: 'half a handshake',
    at: { handshake: 'responder', bytes: 300 },
    states: states('offered', undefined),
  },
  { name: 'hello', at: responder('hello'), states: states('offered', undefined) },
  { name: 'offer', at: initiator('offer'), states: states('offered', undefined) },
  { name: 'approval', at: 'offered', states: states('offered', 'offered') },
  { name: 'accept', at: responder('accept'), states: states('offered', 'running') },
  { name: 'inventory', at: initiator('inventory'), states: states('running', 'running') },
  { name: 'recall', at: responder('recall'), states: states('running', 'running') },
  { name: 'elements', at: responder('chunk elements'), states: states('running', 'running') },
  { name: 'tags', at: initiator('chunk tags'), states: states('running', 'running') },
  { name: 'list', at: initiator('chunk list'), states: states('running', 'running') },
  { name: 'sums', at: responder('chunk sums'), states: states('running', 'running') },
  { name: 'figures', at: initiator('figures'), states: states('running', 'running') },
  { name: 'receipt of the initiator', at: initiator('receipt'), states: states('done', 'running') },
  { name: 'receipt of the responder', at: responder('receipt'), states: states('running', 'done') },
  { name: 'done', at: 'done', states: states('done', 'done') },
];

/** Frames that depend on the noise of whoever sends them (protocol-spec/handshake.md, "recall"). */
const NOISY = ['chunk tags', 'chunk list', 'chunk sums', 'figures'];

interface Case {
  readonly mode: Mode;
  readonly stage: Stage;
  readonly killed: Side;
  readonly subject: Subject;
}

const stage = (name: string): Stage => {
  const found = STAGES.find((item) => item.name === name);
  if (found === undefined) throw new Error(`there is no stage ${name}`);
  return found;
};
const PSI_TAGS: Stage = { name: 'tags', at: responder('chunk tags'), states: states('running', 'running') };

/** Where one side's death tells nothing that the other's does not: who is killed there. */
const ONE_SIDE: Readonly<Record<string, Side>> = {
  handshake: 'initiator',
  'half a handshake': 'responder',
  hello: 'responder',
  offer: 'initiator',
  inventory: 'initiator',
  recall: 'responder',
  elements: 'responder',
  list: 'initiator',
  sums: 'responder',
  done: 'responder',
};

const CASES: readonly Case[] = [
  ...STAGES.flatMap((at) =>
    SIDES.filter((side) => (ONE_SIDE[at.name] ?? side) === side).map(
      (killed) => ['aggregate', at, killed] as const,
    ),
  ),
  ['psi', PSI_TAGS, 'responder'] as const,
  ['psi', stage('receipt of the initiator'), 'initiator'] as const,
  ['psi-ca', stage('figures'), 'initiator'] as const,
].map(([mode, at, killed], number) => ({
  mode,
  stage: at,
  killed,
  subject: { number, ask: { mode, purpose: 'campaign-measurement' } },
}));

let pair: CrashPair;
/** Each stage that was hit, with the last message that left each side. */
const hits: string[] = [];

beforeAll(async () => {
  pair = await openCrashPair(CASES.map(({ subject }) => subject));
});
afterAll(() => closeCrashPair(pair));
afterEach(async () => {
  pair.relay.release();
  for (const side of SIDES) if (!pair[side].node.isRunning) await pair[side].node.start();
});

/** Starts a session and carries it to a stage, which is held. */
async function reach({ stage: { at, states: expected }, subject }: Case): Promise<SessionView> {
  const { relay } = pair;
  relay.watch();
  const held =
    typeof at === 'string'
      ? undefined
      : 'handshake' in at
        ? relay.holdHandshakeAt(at.handshake, at.bytes)
        : relay.holdAt(at);
  const session = await create(pair, subject);
  const isApproved = at !== 'offered' && (expected.responder !== undefined || at === 'done');
  if (isApproved) await approve(pair, session, { subject });
  await held;
  if (expected.responder !== undefined) {
    const { id } = await offered(pair, session);
    await pair.responder.node.until(id, [expected.responder]);
  } else expect(await known(pair.responder.node, session)).toBeUndefined();
  if (expected.initiator !== 'draft') await pair.initiator.node.until(session.id, [expected.initiator]);
  return session;
}

const isBegun = (state: State | undefined): boolean =>
  state === 'running' || state === 'done' || state === 'accepted';

/** Nothing is on the disk but the store, its secrets, and the rows of sessions that are done. */
async function expectTidy({ node }: CrashParty): Promise<void> {
  const surplus = node
    .files()
    .filter(
      (name) =>
        !/^(state\.(lock|owner|sqlite(-shm|-wal)?)|secrets\/list-digest|results\/\w+\.rows)$/.test(name),
    );
  expect(surplus).toEqual([]);
  for (const name of node.files('results')) {
    const { state, mode } = await node.session(name.replace('.rows', ''));
    expect([state, mode]).toEqual(['done', 'psi']);
  }
}

/** The same of a node that was not killed, once it has come to it. */
async function becomesTidy({ node }: CrashParty): Promise<void> {
  await expect.poll(() => node.files('staging'), { interval: 10, timeout: 5000 }).toEqual([]);
}

/** The noisy figures of a report. */
async function figuresOf({ node }: CrashParty, session: SessionView): Promise<unknown> {
  const { cells, measures, answeredFrom } = await reportOf(node, session);
  const counts = cells.map(({ count }) => count);
  return {
    answeredFrom: answeredFrom !== null,
    counts,
    sums: measures.map((measure) => measure.cells.map(({ sum }) => sum)),
  };
}

describe('a node that is killed', () => {
  it.each(CASES.map((test) => [test.mode, test.stage.name, test.killed, test] as const))(
    'in a session of %s at %s: the %s',
    async (_mode, name, killed, test) => {
      const { subject, mode } = test;
      const { states: before } = test.stage;
      const survivor = other(killed);
      const session = await reach(test);
      hits.push(name);
      const dead = pair[killed].node.kill();
      pair.relay.cut();
      await dead;
      const left = { initiator: [...pair.relay.left.initiator], responder: [...pair.relay.left.responder] };

      // Somebody may approve while the partner is away.
      if (test.stage.at === 'offered' && killed === 'initiator') await approve(pair, session, { subject });
      await pair[killed].node.start();
      await expectTidy(pair[killed]);

      pair.relay.release();
      const hasBegun = SIDES.some((side) => isBegun(before[side]));
      if (!hasBegun && !(test.stage.at === 'offered' && killed === 'initiator')) {
        await approve(pair, session, { subject });
      }
      const ended = await ends(pair, session);
      for (const side of SIDES) {
        // What had not begun goes on under the same session id; what was done stays; the rest has failed.
        const expected = !hasBegun || before[side] === 'done' ? 'done' : 'failed';
        expect([side, ended[side].state, ended[side].error?.code]).toEqual([
          side,
          expected,
          expected === 'done' ? undefined : expect.stringMatching(/^(session\/interrupted|transport\/.*)$/),
        ]);
      }
      await becomesTidy(pair[survivor]);

      const spent = await spentFor(pair, subject);
      for (const side of SIDES) {
        const isTold = mode !== 'psi' && left[side].some((message) => NOISY.includes(message));
        expect(spent[side].entries).toBeGreaterThanOrEqual(isTold ? 1 : 0);
        expect(spent[side].entries).toBeLessThanOrEqual(1);
        if (ended[side].state === 'done') {
          expect(spent[side]).toEqual({ entries: mode === 'psi' ? 0 : 1, lost: 0 });
        }
      }
      await expectOneNoise(test, { ended, spent });
      for (const side of SIDES) {
        expect(await pair[side].node.verify()).toMatchObject({ ok: true });
        expect(await pair[side].node.defects()).toEqual([]);
      }
    },
  );

  it('was killed at every stage', () => {
    expect(STAGES.map(({ name }) => name).filter((name) => !hits.includes(name))).toEqual([]);
  });
});

/** Asks the same again, and again: what was paid for and lost is paid for once more only when somebody says so. */
async function expectOneNoise(
  { subject, mode }: Case,
  {
    ended,
    spent,
  }: {
    readonly ended: Readonly<Record<Side, SessionView>>;
    readonly spent: Awaited<ReturnType<typeof spentFor>>;
  },
): Promise<void> {
  const isLost = SIDES.some((side) => spent[side].lost > 0);
  const again = await runThrough(pair, subject);
  if (isLost) {
    const refusals = SIDES.map((side) => again[side].error);
    expect(refusals.map((error) => error?.code)).toEqual(['budget/unanswered', 'budget/unanswered']);
    // Whoever paid refuses, also when it was the partner that lost the answer.
    const refusing = SIDES.filter((side) => again[side].error?.reportedBy === 'self');
    expect(refusing.map((side) => spent[side].entries)).toEqual(refusing.map(() => 1));
    expect(refusing).not.toEqual([]);
    expect(await spentFor(pair, subject)).toEqual(spent);
    const charged = await runThrough(pair, subject, 'charge');
    for (const side of SIDES) {
      expect(charged[side].state).toBe('done');
      const { entries } = (await spentFor(pair, subject))[side];
      expect(entries).toBe(spent[side].entries + 1);
    }
    return;
  }
  for (const side of SIDES) {
    expect([again[side].state, again[side].error]).toEqual(['done', null]);
    const { entries, lost } = (await spentFor(pair, subject))[side];
    expect([entries, lost]).toEqual([mode === 'psi' ? 0 : 1, 0]);
    if (mode === 'psi' || ended[side].state !== 'done') continue;
    expect(await figuresOf(pair[side], again[side])).toEqual({
      ...((await figuresOf(pair[side], ended[side])) as object),
      answeredFrom: true,
    });
  }
}
