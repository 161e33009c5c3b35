import { VesicaError } from '../../errors.js';
import { LIMITS } from '../limits.js';

/**
 * Shapes of message fields. A shape checks a decoded value and returns it with its type; anything that is not exactly
 * of the shape is refused with the place where it is not.
 *
 * @throws VesicaError `peer/malformed-message`, naming the field.
 */
export interface Shape<Value> {
  check(value: unknown, field: string): Value;
}

/** The type of the values that a shape accepts. */
export type ValueOf<S> = S extends Shape<infer Value> ? Value : never;

function refuse(field: string, expected: string): VesicaError {
  return new VesicaError('peer/malformed-message', `malformed message: ${field} is not ${expected}`, {
    field,
  });
}

/** An integer from `minimum` to `maximum`. */
export function integer(minimum: number, maximum: number): Shape<number> {
  return {
    check(value, field) {
      if (typeof value !== 'number' || !Number.isInteger(value) || value < minimum || value > maximum) {
        throw refuse(field, `an integer from ${minimum} to ${maximum}`);
      }
      return value;
    },
  };
}

export const flag: Shape<boolean> = {
  check(value, field) {
    if (typeof value !== 'boolean') throw refuse(field, 'true or false');
    return value;
  },
};

/** Text of at most `maxBytes` UTF-8 bytes without control characters. */
export function text(maxBytes: number): Shape<string> {
  return {
    check(value, field) {
      if (typeof value !== 'string' || !isPlainText(value, maxBytes)) {
        throw refuse(field, `text of at most ${maxBytes} bytes without control characters`);
      }
      return value;
    },
  };
}

/** Whether `value` may be sent as text: at most `maxBytes` UTF-8 bytes, well formed, no control characters. */
export function isPlainText(value: string, maxBytes: number): boolean {
  return (
    value.length <= maxBytes &&
    new TextEncoder().encode(value).length <= maxBytes &&
    !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(value)
  );
}

/**
 * Refuses text of this side that the peer would refuse.
 *
 * @throws VesicaError `limit/text` with `field`. The message leaves the text out: it may be a label of somebody's data.
 */
export function requirePlainText(value: string, field: string): void {
  if (isPlainText(value, LIMITS.textBytes)) return;
  throw new VesicaError(
    'limit/text',
    `${field} is not text of at most ${LIMITS.textBytes} bytes without control characters`,
    { field },
  );
}

/** Bytes, from `minimum` to `maximum` of them. */
export function bytes(minimum: number, maximum = minimum): Shape<Uint8Array> {
  return {
    check(value, field) {
      if (!(value instanceof Uint8Array) || value.length < minimum || value.length > maximum) {
        throw refuse(field, `${minimum} to ${maximum} bytes`);
      }
      // A plain view: what the decoder returns is a Buffer, whose slice() shares memory.
      return new Uint8Array(value.buffer, value.byteOffset, value.length);
    },
  };
}

/** One of a closed set of texts. */
export function oneOf<const Options extends readonly string[]>(options: Options): Shape<Options[number]> {
  return {
    check(value, field) {
      const found = options.find((option) => option === value);
      if (found === undefined) throw refuse(field, `one of ${options.join(', ')}`);
      return found;
    },
  };
}

/** A list of `minimum` to `maximum` items of one shape. */
export function list<Value>(item: Shape<Value>, minimum: number, maximum: number): Shape<readonly Value[]> {
  return {
    check(value, field) {
      if (!Array.isArray(value) || value.length < minimum || value.length > maximum) {
        throw refuse(field, `a list of ${minimum} to ${maximum} items`);
      }
      return value.map((entry: unknown, i) => item.check(entry, `${field}[${i}]`));
    },
  };
}

type Shapes = Readonly<Record<string, Shape<unknown>>>;
type MapOf<Fields extends Shapes> = { readonly [Key in keyof Fields]: ValueOf<Fields[Key]> };

/** A map with exactly the keys of `fields`. */
export function map<Fields extends Shapes>(fields: Fields): Shape<MapOf<Fields>> {
  const names = Object.keys(fields);
  return {
    check(value, field) {
      if (
        typeof value !== 'object' ||
        value === null ||
        Array.isArray(value) ||
        value instanceof Uint8Array
      ) {
        throw refuse(field, 'a map');
      }
      const given = Object.keys(value);
      const unknown = given.find((key) => !names.includes(key));
      if (unknown !== undefined) throw refuse(field, `without the unknown key ${JSON.stringify(unknown)}`);
      const missing = names.find((name) => !given.includes(name));
      if (missing !== undefined) throw refuse(field, `complete: ${missing} is missing`);
      const checked = names.map((name) => [
        name,
        fields[name]?.check(
          (value as Record<string, unknown>)[name],
          field === '' ? name : `${field}.${name}`,
        ),
      ]);
      return Object.fromEntries(checked) as MapOf<Fields>;
    },
  };
}
