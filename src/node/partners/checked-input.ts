import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { VesicaError } from '../../errors.js';
import { plainLabel } from '../../plain-label.js';

const MAX_FIELD_CHARS = 100;

/** The shape of an object whose unknown keys are refused. */
export const strict = { additionalProperties: false } as const;
/** A name that can stand anywhere: in a list, a message, a file name. */
export const NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}$';

/**
 * A check of input against `schema`; `what` names the whole of it in messages.
 *
 * The function returned throws VesicaError `config/invalid` whose field is the key at fault, with dots between the levels:
 * the one that is wrong, missing, or unknown.
 */
export function inputCheck<Schema extends TSchema>(
  schema: Schema,
  what: string,
): (input: unknown) => Static<Schema> {
  const validator = Compile(schema);
  return (input) => {
    if (validator.Check(input)) return input;
    const errors: readonly Fault[] = validator.Errors(input);
    // A key that does not belong is reported twice; this is the report that says so.
    const fault = errors.find(({ keyword }) => keyword === 'additionalProperties') ?? errors[0];
    const field = plainLabel(fault === undefined ? '' : fieldOf(fault), MAX_FIELD_CHARS);
    throw invalid(field, `${field === '' ? what : field}: ${fault?.message ?? 'is invalid'}`);
  };
}

interface Fault {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
  readonly message: string;
}

function fieldOf({ instancePath, params }: Fault): string {
  const { additionalProperties, requiredProperties } = params as Readonly<Record<string, unknown>>;
  const keys: unknown = additionalProperties ?? requiredProperties;
  const key: unknown = Array.isArray(keys) ? keys[0] : undefined;
  return [...instancePath.split('/').slice(1), ...(typeof key === 'string' ? [key] : [])].join('.');
}

/** Runs a check of what is at the key `place`; its error names the key from there on. */
export function checkedAt<Value>(place: string, check: () => Value): Value {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof VesicaError)) throw error;
    const field = [place, error.field ?? ''].filter((part) => part !== '').join('.');
    throw new VesicaError(error.code, error.message, { field, cause: error });
  }
}

/** The error of input that is not what it must be. */
export function invalid(field: string, message: string): VesicaError {
  return new VesicaError('config/invalid', message, { field });
}

/** The error of an operation that the present state does not allow. */
export function conflict(field: string, message: string): VesicaError {
  return new VesicaError('state/conflict', message, { field });
}
