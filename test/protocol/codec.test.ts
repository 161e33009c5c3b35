import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../src/bytes.js';
import { VesicaError } from '../../src/errors.js';
import { LIMITS, NO_ARMS, decodeMessage, encodeMessage } from '../../src/protocol/index.js';
import type { MalformedFrame } from './support/malformed-frames.js';
import { MALFORMED_FRAMES, OVERSIZED_FRAMES } from './support/malformed-frames.js';
import { ANY, EXAMPLES, MESSAGE_TYPES } from './support/messages.js';

function refusal(frame: Uint8Array): VesicaError | undefined {
  try {
    decodeMessage(frame);
    return undefined;
  } catch (error) {
    if (error instanceof VesicaError) return error;
    throw error;
  }
}

describe('codec', () => {
  it.each(MESSAGE_TYPES)('gives any %s message back as it was', (type) => {
    fc.assert(
      fc.property(ANY[type], (message) => {
        const frame = encodeMessage(message);
        const decoded = decodeMessage(frame);
        expect(Buffer.compare(encodeMessage(decoded), frame)).toBe(0);
        // Comparing a megabyte value by value takes minutes.
        if (frame.length < 10_000) expect(decoded).toEqual(message);
      }),
      { numRuns: 60 },
    );
  });

  it.each(MESSAGE_TYPES)(
    'refuses a %s message without any one of its keys, and with one too many',
    (type) => {
      const { type: _, ...fields } = EXAMPLES[type];
      for (const missing of Object.keys(fields)) {
        const { [missing as never]: _left, ...rest } = EXAMPLES[type];
        expect(refusal(encodeMessage(rest as never)), missing).toMatchObject({
          code: 'peer/malformed-message',
        });
      }
      expect(refusal(encodeMessage({ ...EXAMPLES[type], extra: 1 } as never))).toMatchObject({
        code: 'peer/malformed-message',
      });
    },
  );

  it('encodes as the specification writes it: the type first, fields in order', () => {
    const ack = toHex(encodeMessage({ type: 'ack', stage: 'tags', chunks: 300 }));
    expect(ack).toBe('83a474797065a361636ba57374616765a474616773a66368756e6b73cd012c');
  });

  it('takes integers and texts in longer forms than they need', () => {
    const longer = fromHex('83a474797065d90361636ba57374616765da000474616773a66368756e6b73ce0000012c');
    expect(decodeMessage(longer!)).toEqual({ type: 'ack', stage: 'tags', chunks: 300 });
  });

  it('gives bytes that do not share memory by slice()', () => {
    const message = decodeMessage(encodeMessage(EXAMPLES.chunk));
    expect(message.type === 'chunk' && Object.getPrototypeOf(message.items)).toBe(Uint8Array.prototype);
  });

  it.each(MALFORMED_FRAMES.map((entry): [string, MalformedFrame] => [entry.name, entry]))(
    'refuses %s',
    (_, { frame, code, field }) => {
      const error = refusal(frame);
      expect([error?.code, error?.field ?? '']).toEqual([code, field]);
    },
  );

  it.each(OVERSIZED_FRAMES.map((entry): [string, MalformedFrame] => [entry.name, entry]))(
    'refuses %s before it is decoded',
    (_, { frame, code, field }) => {
      const before = process.memoryUsage().heapUsed;
      const error = refusal(frame);
      expect([error?.code, error?.field ?? '']).toEqual([code, field]);
      // A million small objects would take some sixty megabytes.
      expect(process.memoryUsage().heapUsed - before).toBeLessThan(20e6);
    },
  );

  it('takes exactly as many values as the limit', () => {
    // The list is a value too, and not a message; that it is decoded at all shows that the values were not too many.
    const list = new Uint8Array(3 + LIMITS.values - 1);
    list.set([0xdc, 0xff, 0xff]);
    expect(refusal(list)).toMatchObject({ field: 'type' });
  });

  it('has room for the largest inventory that the limits allow', () => {
    const label = Array.from({ length: LIMITS.dimensions }, () => 'x'.repeat(16));
    const inventory = {
      type: 'inventory',
      size: LIMITS.elements,
      dimensions: label,
      arms: NO_ARMS,
      cells: Array.from({ length: LIMITS.cells }, () => ({ size: LIMITS.elements, label })),
      input: new Uint8Array(32),
    } as const;
    expect(decodeMessage(encodeMessage(inventory))).toEqual(inventory);
  });

  it('refuses to send what the peer would refuse for its length', () => {
    expect(() => encodeMessage({ ...EXAMPLES.chunk, items: new Uint8Array(LIMITS.frameBytes) })).toThrow(
      expect.objectContaining({ code: 'limit/frame' }) as Error,
    );
  });

  it('answers any bytes with a message or a coded error, quickly', () => {
    const started = performance.now();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        refusal(bytes);
      }),
      { numRuns: 5000 },
    );
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('answers any change of a well-formed frame with a message or a coded error', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...MESSAGE_TYPES),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (type, changes) => {
          const frame = encodeMessage(EXAMPLES[type]).slice();
          for (const [position, byte] of changes) frame[position % frame.length] = byte;
          const error = refusal(frame);
          if (error === undefined) return;
          expect(error.code).toBe('peer/malformed-message');
        },
      ),
      { numRuns: 5000 },
    );
  });
});
