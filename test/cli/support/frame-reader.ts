/** A piece of one direction of a WebSocket connection: its HTTP head first, then frame after frame. */
export interface Piece {
  /** The bytes as they went over the wire. */
  readonly raw: Buffer;
  /** RFC 6455 5.2; `undefined` for the HTTP head. */
  readonly opcode: number | undefined;
  /** Unmasked. The HTTP head is its own payload. */
  readonly payload: Buffer;
}

export const BINARY = 2;

/** Cuts a byte stream into the pieces of a WebSocket connection (RFC 6455 5.2) without fragments or extensions. */
export class FrameReader {
  #held = Buffer.alloc(0);
  #headPassed = false;

  push(bytes: Uint8Array): Piece[] {
    this.#held = Buffer.concat([this.#held, bytes]);
    const pieces: Piece[] = [];
    for (let piece = this.#next(); piece !== undefined; piece = this.#next()) {
      pieces.push(piece);
      this.#held = this.#held.subarray(piece.raw.length);
    }
    return pieces;
  }

  #next(): Piece | undefined {
    const held = this.#held;
    if (!this.#headPassed) {
      const end = held.indexOf('\r\n\r\n');
      if (end < 0) return undefined;
      this.#headPassed = true;
      const head = held.subarray(0, end + 4);
      return { raw: head, opcode: undefined, payload: head };
    }
    if (held.length < 2) return undefined;
    const short = held[1]! & 0x7f;
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    const maskBytes = (held[1]! & 0x80) === 0 ? 0 : 4;
    const headerBytes = 2 + lengthBytes + maskBytes;
    if (held.length < headerBytes) return undefined;
    const length =
      lengthBytes === 0 ? short : lengthBytes === 2 ? held.readUInt16BE(2) : Number(held.readBigUInt64BE(2));
    if (held.length < headerBytes + length) return undefined;
    const mask = held.subarray(2 + lengthBytes, headerBytes);
    const payload = Buffer.from(held.subarray(headerBytes, headerBytes + length));
    if (maskBytes > 0) for (let i = 0; i < length; i += 1) payload[i] = payload[i]! ^ mask[i & 3]!;
    return { raw: held.subarray(0, headerBytes + length), opcode: held[0]! & 0x0f, payload };
  }
}
