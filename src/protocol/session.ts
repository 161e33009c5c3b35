import { abortedByPeer, farewellFrame, unexpected } from './abort.js';
import { VesicaError, asVesicaError } from '../errors.js';
import { randomBytes } from '../random.js';
import type { Message, MessageOf } from './codec/index.js';
import { decodeMessage, encodeMessage, requirePlainText } from './codec/index.js';
import { type SessionBriefing, openBrief } from './brief.js';
import { dummiesOf, figuresOfResult } from './counting.js';
import { inventoryMessage, joinInventories, requireSoundInventory } from './inventory.js';
import { dueAck, nextChunk, type Inventories, type ModeMachine } from './mode.js';
import type { ModeResult } from './modes.js';
import { startMode } from './modes.js';
import { inputTag, requestDigest } from './request.js';
import type { AnySessionSettings, SessionOutcome, SessionState } from './session-types.js';
import { PROTOCOL_VERSIONS } from './session-types.js';
import { storedMode, writeAnswer } from './stored-answer.js';
import { requireExpectedPeer } from './greeting.js';
import { requireAllowedTerms, requireSameTerms } from './terms.js';
import type { Side } from './transcript.js';
import { Transcript, isInTranscript, receiptStatement, receiptsOf } from './transcript.js';

/**
 * One party of one session as a state machine: frames in, frames out; no socket, no clock, no file. Whoever drives it
 * calls `next` for frames to send, one after the other, and `receive` with each frame of the peer, one after the other;
 * the two may overlap. `next` answers `undefined` when the peer must speak first: call it again after a `receive`.
 *
 * Any error ends the session: `receive` and `next` throw it, then and whenever they are called again, and `farewell` gives
 * the frame that tells the peer.
 */
export class Session {
  readonly #settings: AnySessionSettings;
  readonly #transcript: Transcript;
  readonly #peerSide: Side;
  readonly #outbox: Message[] = [];
  #state: SessionState = 'greeting';
  #failure: VesicaError | undefined;
  #peerHello: MessageOf<'hello'> | undefined;
  #sessionId: Uint8Array | undefined;
  #own: SessionBriefing | undefined;
  #ownInventory: MessageOf<'inventory'> | undefined;
  #peerInventory: MessageOf<'inventory'> | undefined;
  #answeredFrom: Uint8Array | undefined;
  #mode: ModeMachine<ModeResult> | undefined;
  #receipt: Uint8Array | undefined;
  #outcome: SessionOutcome | undefined;

  /** @throws VesicaError when the party's own terms or list are not allowed; nothing has been sent then. */
  constructor(settings: AnySessionSettings) {
    this.#settings = settings;
    this.#transcript = new Transcript(settings.startSha512);
    this.#peerSide = settings.side === 'initiator' ? 'responder' : 'initiator';
    requirePlainText(settings.party, 'party');
    if ('bring' in settings) requireAllowedTerms(settings.terms);
    else if (!('answer' in settings)) this.#own = openBrief(settings, settings.side);
    this.#outbox.push({
      type: 'hello',
      versions: [...PROTOCOL_VERSIONS],
      party: settings.party,
      software: settings.software,
      key: settings.identity.publicKey,
      nonce: randomBytes(settings.random, 32),
    });
  }

  get state(): SessionState {
    return this.#state;
  }

  /** The answer and the receipts; `undefined` until the state is `done`. */
  get outcome(): SessionOutcome | undefined {
    return this.#outcome;
  }

  /** Items sent and received so far, and in all once the lists' sizes are known. */
  get progress(): { readonly done: number; readonly total: number } {
    const stages = this.#mode === undefined ? [] : [...this.#mode.incoming, ...this.#mode.outgoing];
    const done = stages.reduce((sum, stage) => sum + stage.itemsDone, 0);
    return { done, total: stages.reduce((sum, stage) => sum + stage.shape.items, 0) };
  }

  /** Whether the peer has sent items of the mode: before, it may have to wait until it has memory for this side's list. */
  get isUnderWay(): boolean {
    return this.#mode?.incoming.some(({ itemsDone }) => itemsDone > 0) ?? false;
  }

  /** The next frame to send, or `undefined` when the peer must speak first or all is said. */
  async next(): Promise<Uint8Array | undefined> {
    return this.#guard(async () => {
      const waiting = this.#outbox.shift() ?? dueAck(this.#streaming);
      if (waiting !== undefined) return this.#say(waiting);
      const chunk = await nextChunk(this.#streaming);
      if (chunk !== undefined) return this.#say(chunk);
      const figures = this.#streaming?.nextFigures();
      if (figures !== undefined) return this.#say(figures);
      this.#closeWhenFinished();
      const closing = this.#outbox.shift();
      return closing === undefined ? undefined : this.#say(closing);
    });
  }

  /** Takes one frame of the peer. */
  async receive(frame: Uint8Array): Promise<void> {
    return this.#guard(async () => {
      const message = decodeMessage(frame);
      if (message.type === 'abort') throw abortedByPeer(message);
      if (isInTranscript(message)) this.#transcript.add(this.#peerSide, frame);
      await this.#handle(message);
    });
  }

  /**
   * Ends the session with `error`, unless it has ended: whoever drives it calls this for a connection that broke, too.
   * The frame that tells the peer why, or `undefined` when the peer ended it.
   */
  farewell(error: VesicaError): Uint8Array | undefined {
    if (this.#failure === undefined && this.#state !== 'done') this.#fail(error);
    return farewellFrame(error);
  }

  async #handle(message: Message): Promise<void> {
    switch (message.type) {
      case 'hello':
        return this.#expect(message, 'greeting', this.#peerHello === undefined, () => this.#greeted(message));
      case 'offer':
        return this.#expect(message, 'offering', this.#settings.side === 'responder', () =>
          this.#offered(message),
        );
      case 'accept':
        return this.#expect(message, 'offering', this.#settings.side === 'initiator', () => this.#accepted());
      case 'inventory':
        return this.#expect(message, 'listing', true, () => this.#listed(message));
      case 'recall':
        return this.#expect(message, 'recalling', true, () => this.#recalled(message));
      case 'chunk': {
        const stage = this.#mode?.incoming.find(({ shape }) => shape.stage === message.stage);
        if (stage === undefined) throw unexpected(message, this.#state);
        await stage.receive(message);
        break;
      }
      case 'ack': {
        const stage = this.#mode?.outgoing.find(({ shape }) => shape.stage === message.stage);
        if (stage === undefined) throw unexpected(message, this.#state);
        stage.acknowledge(message.chunks);
        break;
      }
      case 'figures':
        return this.#expect(message, 'streaming', true, () => this.#mode?.receiveFigures(message));
      case 'receipt':
        return this.#expect(message, 'closing', true, () => this.#receipted(message));
      case 'abort':
        throw abortedByPeer(message);
    }
    this.#closeWhenFinished();
  }

  async #expect(
    message: Message,
    state: SessionState,
    allowed: boolean,
    act: () => Promise<void> | void,
  ): Promise<void> {
    // The peer may finish first: its receipt can overtake our own last look at the streams.
    this.#closeWhenFinished();
    if (this.#state !== state || !allowed) throw unexpected(message, this.#state);
    await act();
    this.#closeWhenFinished();
  }

  #greeted(hello: MessageOf<'hello'>): void {
    const settings = this.#settings;
    requireExpectedPeer(hello, settings.peerKey);
    this.#peerHello = hello;
    this.#state = 'offering';
    if ('answer' in settings || settings.side === 'responder') return;
    this.#sessionId = settings.session ?? randomBytes(settings.random, 32);
    this.#outbox.push({ type: 'offer', session: this.#sessionId, terms: settings.terms });
  }

  async #offered(offer: MessageOf<'offer'>): Promise<void> {
    const settings = this.#settings;
    const session = offer.session.slice();
    if ('answer' in settings) {
      const { party, key } = known(this.#peerHello);
      const brief = await settings.answer({ session, terms: offer.terms, party, key });
      this.#own = openBrief(brief, settings.side);
    }
    requireSameTerms(known(this.#own).brief.terms, offer.terms);
    this.#sessionId = session;
    this.#outbox.push({ type: 'accept' });
    await this.#accepted();
  }

  async #accepted(): Promise<void> {
    const settings = this.#settings;
    const { identity, random } = settings;
    if ('bring' in settings) {
      this.#own = openBrief(await settings.bring(), settings.side);
      requireSameTerms(settings.terms, this.#own.brief.terms);
    }
    const { brief, account } = known(this.#own);
    const { inventory, terms, list } = brief;
    const input = account.isKept
      ? inputTag(identity, list, known(this.#peerHello).key)
      : randomBytes(random, 32);
    this.#ownInventory = inventoryMessage(inventory, terms, input);
    if (!this.#makesRoomFirst) this.#outbox.push(this.#ownInventory);
    this.#state = 'listing';
  }

  async #listed(message: MessageOf<'inventory'>): Promise<void> {
    const { side, identity } = this.#settings;
    const { brief, account } = known(this.#own);
    const { terms } = brief;
    requireSoundInventory(message, terms, this.#peerSide, brief.maxPeerItems);
    this.#peerInventory = message;
    await brief.makeRoom?.({ keys: message.size, dummies: dummiesOf(terms, this.#inventories()) });
    if (this.#makesRoomFirst) this.#outbox.push(known(this.#ownInventory));
    if (terms.disclosure !== 'dp') return this.#begin();
    const own = { key: identity.publicKey, inventory: known(this.#ownInventory) };
    const peer = { key: known(this.#peerHello).key, inventory: message };
    await account.open(requestDigest(terms, side === 'initiator' ? [own, peer] : [peer, own]));
    this.#outbox.push({ type: 'recall', stored: account.stored !== undefined });
    this.#state = 'recalling';
  }

  /** Both sides know by now whether both keep the answer: then it is given again, else it is computed. */
  async #recalled({ stored }: MessageOf<'recall'>): Promise<void> {
    const { brief, account } = known(this.#own);
    const text = account.stored;
    if (!stored || text === undefined) return this.#begin();
    const { mode, session } = storedMode(text, brief.terms, this.#settings.side, this.#inventories());
    this.#answeredFrom = session;
    this.#mode = mode;
    this.#state = 'streaming';
  }

  async #begin(): Promise<void> {
    const { side, operations, random } = this.#settings;
    const { brief, account } = known(this.#own);
    await account.reserve();
    // The session may have ended meanwhile: then there is nobody who would wipe what starts here.
    this.#requireAlive();
    const commit = (): Promise<void> => account.commit();
    const context = { operations, random, spool: brief.spool, session: known(this.#sessionId), commit };
    this.#mode = startMode(context, brief.list, this.#inventories(), { terms: brief.terms, side });
    this.#state = 'streaming';
  }

  #inventories(): Inventories {
    const { inventory, terms } = known(this.#own).brief;
    return joinInventories(inventory, known(this.#peerInventory), terms, this.#settings.side);
  }

  /** The responder cannot: its inventory is what the initiator makes room for. */
  get #makesRoomFirst(): boolean {
    return this.#settings.side === 'initiator' && this.#own?.brief.makeRoom !== undefined;
  }

  get #streaming(): ModeMachine<ModeResult> | undefined {
    return this.#state === 'streaming' ? this.#mode : undefined;
  }

  /**
   * The frame of `message`, now part of the transcript. `next` awaits nothing between taking the counts and this: the
   * peer's last frame could arrive there, find everything said, and have a transcript signed that lacks them. (A chunk
   * may wait: nothing is finished before the peer has acknowledged it.)
   */
  #say(message: Message): Uint8Array {
    const frame = encodeMessage(message);
    if (isInTranscript(message)) this.#transcript.add(this.#settings.side, frame);
    return frame;
  }

  /** Once everything is said and heard, signs the transcript. */
  #closeWhenFinished(): void {
    const { identity, side } = this.#settings;
    if (this.#state !== 'streaming' || this.#outbox.length > 0) return;
    if (this.#mode?.finished !== true) return;
    if (this.#mode.incoming.some((stage) => stage.ackIsDue)) return;
    this.#state = 'closing';
    this.#receipt = identity.sign(receiptStatement(side, this.#transcript.digest()));
    this.#outbox.push({ type: 'receipt', signature: this.#receipt });
  }

  async #receipted({ signature }: MessageOf<'receipt'>): Promise<void> {
    const { identity, verify } = this.#settings;
    const hello = known(this.#peerHello);
    const mode = known(this.#mode);
    const session = known(this.#sessionId);
    const digest = this.#transcript.digest();
    if (!verify(hello.key, receiptStatement(this.#peerSide, digest), signature)) {
      throw new VesicaError('peer/bad-receipt', 'the peer signed another transcript than this side saw', {
        field: 'receipt',
      });
    }
    const result = mode.result();
    mode.wipe();
    const notKept =
      result.kind === 'counts'
        ? await known(this.#own).account.finish(writeAnswer({ session, figures: figuresOfResult(result) }))
        : undefined;
    this.#requireAlive();
    this.#outcome = {
      session,
      peerParty: hello.party,
      peerInventory: known(this.#peerInventory),
      result,
      answeredFrom: this.#answeredFrom,
      notKept,
      receipts: receiptsOf(
        digest,
        { key: identity.publicKey, signature: known(this.#receipt) },
        { key: hello.key, signature },
      ),
    };
    this.#state = 'done';
  }

  /** Runs one call. The first failure ends the session, and every later call ends with it too. */
  async #guard<Value>(work: () => Promise<Value>): Promise<Value> {
    this.#requireAlive();
    let value: Value;
    try {
      value = await work();
    } catch (error) {
      // The other call that was under way may have failed first; its failure is the one that counts.
      this.#requireAlive();
      throw this.#fail(asVesicaError(error));
    }
    this.#requireAlive();
    return value;
  }

  #fail(error: VesicaError): VesicaError {
    this.#failure = error;
    this.#state = 'failed';
    this.#mode?.wipe();
    this.#own?.account.release();
    return error;
  }

  #requireAlive(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}

/** What the state machine has set by the time it is asked for. */
function known<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new VesicaError('internal/defect', 'a session is ahead of its messages');
  return value;
}
