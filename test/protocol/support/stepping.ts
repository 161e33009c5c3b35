import { asVesicaError, type VesicaError } from '../../../src/errors.js';
import type { Message, Session, SessionState, Side, Terms } from '../../../src/protocol/index.js';
import { Session as SessionMachine, decodeMessage, encodeMessage } from '../../../src/protocol/index.js';
import type { TestSide } from '../../support/session-pair.js';
import { TERMS, settingsOf } from '../../support/session-pair.js';
import { cheapOperations } from './cheap-operations.js';

/** Two sessions that a test moves on frame by frame, to stop them anywhere and say something else. */
export interface Pair {
  readonly initiator: Session;
  readonly responder: Session;
}

export const SIDES: readonly Side[] = ['initiator', 'responder'];
export const otherSide = (side: Side): Side => (side === 'initiator' ? 'responder' : 'initiator');
export const emails = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}@x.test`);

/** A pair on the cheap group, unless a side's settings say otherwise. */
export function cheapPair(terms: Partial<Terms>, initiator: TestSide, responder: TestSide): Pair {
  const merged = { ...TERMS, ...terms };
  const settings = (side: Side, own: TestSide) =>
    settingsOf(side, { ...own, settings: { operations: cheapOperations, ...own.settings } }, merged);
  return {
    initiator: new SessionMachine(settings('initiator', initiator)),
    responder: new SessionMachine(settings('responder', responder)),
  };
}

/** The frames of a pair one after the other, each before it is delivered. Ends when nobody speaks any more. */
export async function* frames(pair: Pair): AsyncGenerator<{ from: Side; frame: Uint8Array }> {
  for (let quiet = 0; quiet < 2;) {
    quiet = 0;
    for (const from of SIDES) {
      const frame = await pair[from].next();
      if (frame === undefined) quiet += 1;
      else {
        yield { from, frame };
        await pair[otherSide(from)].receive(frame);
      }
    }
  }
}

/** Runs a pair until `side` is in `state`, and not one delivered frame further. */
export async function runUntil(pair: Pair, side: Side, state: SessionState): Promise<void> {
  while (pair[side].state !== state) {
    let spoken = false;
    for (const from of SIDES) {
      const frame = await pair[from].next();
      if (pair[side].state === state) return;
      if (frame === undefined) continue;
      spoken = true;
      // A receipt that is there already would take the session through `closing` in one step.
      if (state === 'closing' && from !== side && decodeMessage(frame).type === 'receipt') continue;
      await pair[otherSide(from)].receive(frame);
      if (pair[side].state === state) return;
    }
    if (!spoken) throw new Error(`${side} never got to ${state}`);
  }
}

/** Runs a pair until `from` is about to send a message that `wanted` accepts, and returns it undelivered. */
export async function messageBefore<Type extends Message['type']>(
  pair: Pair,
  from: Side,
  type: Type,
  wanted: (message: Extract<Message, { type: Type }>) => boolean = () => true,
): Promise<Extract<Message, { type: Type }>> {
  for await (const step of frames(pair)) {
    if (step.from !== from) continue;
    const message = decodeMessage(step.frame);
    if (message.type === type && wanted(message as Extract<Message, { type: Type }>)) {
      return message as Extract<Message, { type: Type }>;
    }
  }
  throw new Error(`${from} never sent ${type}`);
}

/** The coded error that `work` ends with, or `undefined` when it ends well. */
export async function failureOf(work: Promise<unknown>): Promise<VesicaError | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return asVesicaError(error);
  }
}

/** What `session` answers to `message`: nothing, or the error it fails with. */
export function tell(session: Session, message: Message): Promise<VesicaError | undefined> {
  return failureOf(session.receive(encodeMessage(message)));
}
