/** What stands where something was left out. */
export const REDACTED = '[redacted]';

const MAX_DEPTH = 6;
const MAX_ITEMS = 100;

/** Names of fields whose values are secret whatever they look like. */
const SECRET_NAME =
  /(secret|token|password|passphrase|authorization|cookie|credential|privatekey|masterkey)$/i;
/** Digests that are meant to be told: of terms, reports, certificates. */
const DIGEST_NAME = /(digest|fingerprint|checksum)$/i;

/** Forms of secrets and of the identifiers that Vesica matches, wherever they are in a text. */
const FORMS: readonly RegExp[] = [
  /vesica_[A-Za-z0-9_-]{20,}/g,
  /\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]+/gi,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  // A user name and password in an address.
  /(?<=:\/\/)[^\s/@]+(?=@)/g,
  // E-mail addresses, of any script.
  /[^\s@"'<>,;=(){}[\]]+@[^\s@"'<>,;=(){}[\]]+\.[^\s@"'<>,;=(){}[\]]+/gu,
  // Advertising ids of devices.
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi,
  // Phone numbers with their country code.
  /\+[0-9][0-9 ().-]{6,}[0-9]/g,
];
/** 32 bytes as hexadecimal digits: a match key, a hashed identifier, a key. */
const HEX_KEY = /(?<!sha256:)(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/gi;
/** 32 bytes in base64 of either alphabet, alone; a path is told by its first character. */
const BASE64_KEY = /(?<![A-Za-z0-9+/_.-])[A-Za-z0-9+_-][A-Za-z0-9+/_-]{42}(=|(?![A-Za-z0-9+/_.=-]))/g;
/** Names of fields whose values are ids of requests and runs, which have the form of a device's. */
const REQUEST_NAME = /(^id|reqId|requestId|runId)$/;

/** `text` with everything left out that has the form of a secret or of an identifier. */
export function redactedText(text: string): string {
  const without = FORMS.reduce((left, form) => left.replace(form, REDACTED), text);
  return without
    .replace(HEX_KEY, REDACTED)
    .replace(BASE64_KEY, (text43) => (isMixed(text43) ? REDACTED : text43));
}

/** Whether it has letters of both cases and digits, as 43 random characters nearly always have and few names do. */
function isMixed(text: string): boolean {
  return /[a-z]/.test(text) && /[A-Z]/.test(text) && /[0-9]/.test(text);
}

/** `value` as plain JSON with everything left out that is secret by its name or its form. Bytes are never told. */
export function redacted(value: unknown, name = '', depth = 0): unknown {
  if (value === null) return value;
  if (SECRET_NAME.test(name)) return REDACTED;
  switch (typeof value) {
    case 'string':
      return isExempt(name, value) ? value : redactedText(value);
    case 'number':
    case 'boolean':
      return value;
    case 'bigint':
      return String(value);
    case 'object':
      return redactedObject(value, name, depth);
    case 'undefined':
      return undefined;
    case 'function':
    case 'symbol':
      return REDACTED;
  }
}

function isExempt(name: string, text: string): boolean {
  if (DIGEST_NAME.test(name)) return /^(sha256:)?[0-9a-f]{64}$/.test(text);
  return REQUEST_NAME.test(name) && /^[0-9a-f-]{36}$/.test(text);
}

function redactedObject(value: object, name: string, depth: number): unknown {
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || depth >= MAX_DEPTH) return REDACTED;
  if (Array.isArray(value)) {
    return value.slice(0, MAX_ITEMS).map((item: unknown) => redacted(item, name, depth + 1));
  }
  const entries = Object.entries(value).slice(0, MAX_ITEMS);
  // A name can be anything, also somebody's address.
  return Object.fromEntries(
    entries.map(([key, item]) => [redactedText(key), redacted(item, key, depth + 1)]),
  );
}
