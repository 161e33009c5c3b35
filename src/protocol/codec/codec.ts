import { Packr, Unpackr } from 'msgpackr';
import { VesicaError } from '../../errors.js';
import { LIMITS } from '../limits.js';
import type { Message, MessageType } from './messages.js';
import { MESSAGES } from './messages.js';
import { scanMessage } from './scan.js';

const packr = new Packr({ useRecords: false, variableMapSize: true });
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true });

/** The frame of `message`: one MessagePack map, `type` first. */
export function encodeMessage(message: Message): Uint8Array {
  const packed = packr.pack(message);
  const frame = new Uint8Array(packed.buffer, packed.byteOffset, packed.length);
  if (frame.length > LIMITS.frameBytes) {
    throw new VesicaError(
      'limit/frame',
      `a ${message.type} message of ${frame.length} bytes exceeds a frame`,
      {
        field: 'frameBytes',
      },
    );
  }
  return frame;
}

/**
 * The message in `frame`. Bytes fields are views of the frame.
 *
 * @throws VesicaError `limit/frame` when the frame is too long; `peer/malformed-message` for anything but exactly one
 * known message with exactly its fields.
 */
export function decodeMessage(frame: Uint8Array): Message {
  if (frame.length > LIMITS.frameBytes) {
    throw new VesicaError('limit/frame', `a frame of ${frame.length} bytes exceeds ${LIMITS.frameBytes}`, {
      field: 'frameBytes',
    });
  }
  scanMessage(frame);
  const value: unknown = unpackr.unpack(frame);
  if (typeof value !== 'object' || value === null || !('type' in value)) throw unknownMessage();
  const { type, ...fields } = value;
  if (typeof type !== 'string' || !isMessageType(type)) throw unknownMessage();
  return { type, ...MESSAGES[type].check(fields, '') } as Message;
}

function isMessageType(type: string): type is MessageType {
  return Object.hasOwn(MESSAGES, type);
}

function unknownMessage(): VesicaError {
  return new VesicaError('peer/malformed-message', 'malformed message: it has no known type', {
    field: 'type',
  });
}
