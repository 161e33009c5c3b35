/**
 * Every bound of the protocol, checked before anything of that size is allocated. `protocol-spec/limits.md` states the
 * same table with the worst memory each bound allows; a test compares the two.
 */
export const LIMITS = {
  /** Keys in one party's list. Dummies come on top. */
  elements: 2 ** 27,
  /** Cells of one session. */
  cells: 4096,
  /** Cohort dimensions, the arm included. */
  dimensions: 8,
  /** UTF-8 bytes of a cell label, a party name, a purpose or any other text on the wire. */
  textBytes: 200,
  /** UTF-8 bytes of all names and labels of one inventory together, so that it fits a frame. */
  labelBytes: 2 ** 19,
  /** Columns of encrypted sums of one session: one a measure, two with its squares. */
  measures: 8,
  /** Width of the range of integers in which an encrypted sum, noise included, can be decrypted. */
  sumRange: 2 ** 36,
  /** Dummies of one session, all cells together. */
  dummies: 2 ** 22,
  /** Bytes of one frame. */
  frameBytes: 2 ** 20 + 2 ** 16,
  /** Items of one chunk of a stage, or as many as fit `chunkBytes`; every chunk but a stage's last is full. */
  chunkItems: 8192,
  /** Bytes of the items of one chunk. */
  chunkBytes: 2 ** 20,
  /** Unacknowledged payload bytes of one stage. */
  windowBytes: 2 ** 22,
  /** Nesting of maps and lists in a message. */
  depth: 5,
  /** Values in one message, lists and maps included, keys not: a frame of tiny values would take a hundred times its size in memory. */
  values: 2 ** 16,
} as const;
