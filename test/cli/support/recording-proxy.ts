import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { type Message, decodeMessage } from '../../../src/protocol/index.js';
import { BINARY, FrameReader, type Piece } from './frame-reader.js';

export type Sender = 'initiator' | 'responder';

export interface RecordedMessage {
  readonly from: Sender;
  readonly message: Message;
  readonly payload: Buffer;
}

/** Stands between two nodes that speak plain ws, keeps all they say, and can hold back what one of them says. */
export class RecordingProxy {
  /** Every protocol message, in the order in which it passed or was held. */
  readonly messages: RecordedMessage[] = [];
  /** Everything else that passed: HTTP heads, pings, pongs, closes. */
  readonly others: { readonly from: Sender; readonly payload: Buffer }[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #holds: { readonly from: Sender; readonly when: (message: Message) => boolean; held(): void }[] =
    [];
  readonly #held = new Map<Sender, (() => void)[]>();
  #watchers: (() => void)[] = [];

  /** @param targetPort Where the responder listens. */
  constructor(targetPort: number) {
    this.#server = createServer((client) => {
      const target = connect(targetPort, '127.0.0.1');
      this.#carry('initiator', client, target);
      this.#carry('responder', target, client);
    });
    onTestFinished(() => {
      for (const socket of this.#sockets) socket.destroy();
      this.#server.close();
    });
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** Types of the messages that `from` sent, in order. */
  typesFrom(from: Sender): string[] {
    return this.messages.filter((recorded) => recorded.from === from).map(({ message }) => message.type);
  }

  /** From the first message of `from` that fits on, nothing of it passes. Resolves when that message is there. */
  hold(from: Sender, when: (message: Message) => boolean): Promise<void> {
    return new Promise((resolve) => this.#holds.push({ from, when, held: resolve }));
  }

  /** Passes on what was held, and what follows. */
  release(from: Sender): void {
    const held = this.#held.get(from) ?? [];
    this.#held.delete(from);
    for (const pass of held) pass();
  }

  /** Resolves when a message that fits has come, held or not. */
  seen(when: (recorded: RecordedMessage) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.messages.some(when)) resolve();
      };
      this.#watchers.push(look);
      look();
    });
  }

  #carry(from: Sender, source: Socket, sink: Socket): void {
    const reader = new FrameReader();
    this.#sockets.add(source);
    source.on('data', (bytes) => {
      for (const piece of reader.push(bytes)) this.#piece(from, piece, () => sink.write(piece.raw));
    });
    source.on('error', () => undefined);
    source.on('close', () => this.#passOrHold(from, () => sink.destroySoon()));
  }

  #piece(from: Sender, { opcode, payload }: Piece, pass: () => void): void {
    if (opcode !== BINARY) this.others.push({ from, payload });
    else {
      const message = decodeMessage(payload);
      this.messages.push({ from, message, payload });
      const at = this.#holds.findIndex((hold) => hold.from === from && hold.when(message));
      if (at >= 0) {
        this.#held.set(from, []);
        for (const hold of this.#holds.splice(at, 1)) hold.held();
      }
    }
    this.#passOrHold(from, pass);
    for (const watcher of this.#watchers) watcher();
  }

  #passOrHold(from: Sender, pass: () => void): void {
    const held = this.#held.get(from);
    if (held === undefined) pass();
    else held.push(pass);
  }
}
