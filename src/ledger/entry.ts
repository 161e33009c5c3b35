import { rational, type PrivacyCost, type Rational } from '../dp/index.js';
import { VesicaError } from '../errors.js';

/** Something that happened to one partner's account. */
export type Entry = Spent | Answered;

/** A session's cost, from before it sent anything noisy. */
export interface Spent {
  readonly kind: 'spent';
  /** Digest of the request, 64 lower-case hexadecimal digits. */
  readonly request: string;
  readonly cost: PrivacyCost;
}

/** What a session that was spent before found out. */
export interface Answered {
  readonly kind: 'answered';
  readonly request: string;
  readonly answer: string;
}

/** An entry as a line of the file has it. */
export interface Line {
  /** When it was written, UTC, to the millisecond. */
  readonly at: string;
  /** Identity key of the partner, 64 lower-case hexadecimal digits. */
  readonly partner: string;
  readonly entry: Entry;
  /** SHA-256 of the bytes of the line before, without its line feed, in hexadecimal. */
  readonly previous: string;
}

/** The first line of every ledger file. */
export const HEADER = JSON.stringify({ format: 'vesica-ledger-1' });

/** A fraction in the file is at most this many characters; real ones have a few hundred. */
const MAX_FRACTION_CHARS = 8192;
const DIGEST = /^[0-9a-f]{64}$/;
const FRACTION = /^(0|[1-9]\d*)\/([1-9]\d*)$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** A line's text, without a line feed: JSON with its fields in this order and no spaces. */
export function encodeLine({ at, partner, entry, previous }: Line): string {
  const { kind, request } = entry;
  if (kind === 'answered') {
    return JSON.stringify({ kind, at, partner, request, answer: entry.answer, previous });
  }
  const { rho, epsilon, delta } = costTexts(entry.cost);
  return JSON.stringify({ kind, at, partner, request, rho, epsilon, delta, previous });
}

/**
 * What a line says, or `undefined` when it is not one that `encodeLine` writes: other fields, another order, a fraction
 * that is not in lowest terms.
 */
export function decodeLine(text: string): Line | undefined {
  const value = parseObject(text);
  if (value === undefined) return undefined;
  const { kind, at, partner, request, previous } = value;
  if (!isDigest(partner) || !isDigest(request) || !isDigest(previous)) return undefined;
  if (typeof at !== 'string' || !TIME.test(at)) return undefined;
  const entry = kind === 'spent' ? spentOf(request, value) : answeredOf(request, value);
  if (entry === undefined) return undefined;
  const line = { at, partner, entry, previous };
  return encodeLine(line) === text ? line : undefined;
}

/** Whether `text` is JSON at all; half a line never is. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * @throws VesicaError `dp/invalid-parameter` with field `cost` when a fraction is negative, not in lowest terms, or too
 * long for the file.
 */
export function requireStorable(cost: PrivacyCost): void {
  for (const [name, text] of Object.entries(costTexts(cost))) {
    if (text !== null && parseFraction(text) === undefined) {
      throw new VesicaError(
        'dp/invalid-parameter',
        `the ${name} of a cost is not a fraction that a ledger keeps`,
        {
          field: 'cost',
        },
      );
    }
  }
}

/** The fractions of a cost as text; `epsilon` is `null` where it has none. */
type CostTexts = Readonly<Record<'rho' | 'delta', string> & Record<'epsilon', string | null>>;

/** The fractions of a cost as text, in lowest terms: `numerator/denominator`. */
export function costTexts({ rho, epsilon, delta }: PrivacyCost): CostTexts {
  return {
    rho: fractionText(rho),
    epsilon: epsilon === undefined ? null : fractionText(epsilon),
    delta: fractionText(delta),
  };
}

/** The cost whose fractions these are; `undefined` when one is not as `costTexts` writes it. */
export function parseCost(
  value: Readonly<Record<'rho' | 'epsilon' | 'delta', unknown>>,
): PrivacyCost | undefined {
  const [rho, delta] = [parseFraction(value.rho), parseFraction(value.delta)];
  const epsilon = value.epsilon === null ? undefined : parseFraction(value.epsilon);
  if (rho === undefined || delta === undefined || (epsilon === undefined && value.epsilon !== null)) {
    return undefined;
  }
  return { rho, epsilon, delta };
}

function fractionText({ numerator, denominator }: Rational): string {
  return `${numerator.toString()}/${denominator.toString()}`;
}

function parseFraction(text: unknown): Rational | undefined {
  if (typeof text !== 'string' || text.length > MAX_FRACTION_CHARS) return undefined;
  const [, numerator, denominator] = FRACTION.exec(text) ?? [];
  if (numerator === undefined || denominator === undefined) return undefined;
  const value = rational(BigInt(numerator), BigInt(denominator));
  return fractionText(value) === text ? value : undefined;
}

function spentOf(request: string, value: Record<string, unknown>): Spent | undefined {
  const cost = parseCost({ rho: value['rho'], epsilon: value['epsilon'], delta: value['delta'] });
  return cost && { kind: 'spent', request, cost };
}

function answeredOf(request: string, { answer }: Record<string, unknown>): Answered | undefined {
  return typeof answer === 'string' ? { kind: 'answered', request, answer } : undefined;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  if (!isJson(text)) return undefined;
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null ? { ...value } : undefined;
}

function isDigest(value: unknown): value is string {
  return typeof value === 'string' && DIGEST.test(value);
}
