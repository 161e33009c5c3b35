const FINGERPRINT = /^(?:sha256:)?([0-9a-f]{64})$/i;

/** The digits of a fingerprint in 16 groups of four, as they are read aloud; nothing for what is none. */
export function groupsOf(fingerprint: string): readonly string[] | undefined {
  const digits = FINGERPRINT.exec(fingerprint.trim())?.[1];
  return digits?.toLowerCase().match(/.{4}/g) ?? undefined;
}
