/** What kind of failure it is; decides the process exit code. */
export type ErrorClass = 'usage' | 'data' | 'refused' | 'peer' | 'network' | 'system';

/** Exit code of the process for each class of failure. 0 is success, 1 is kept for defects of the program itself. */
export const EXIT_CODES: Readonly<Record<ErrorClass, number>> = {
  usage: 2,
  data: 3,
  refused: 4,
  peer: 5,
  network: 6,
  system: 7,
};

export interface ErrorDefinition {
  readonly class: ErrorClass;
  /** Whether the same request may succeed later without anyone changing anything. */
  readonly retryable: boolean;
  /** The code the peer is told. `peer/stopped` says only that this side ended the session. */
  readonly wire: 'same' | 'peer/stopped';
  /** WebSocket close code (RFC 6455 §7.4: 4000-4999 are for private use). */
  readonly closeCode: number;
  /** HTTP status when an API reports it. */
  readonly http: number;
  /** What to do next, in one sentence. */
  readonly next: string;
}

const usage = (next: string): ErrorDefinition => ({
  class: 'usage',
  retryable: false,
  wire: 'peer/stopped',
  closeCode: 4000,
  http: 400,
  next,
});
const data = (next: string): ErrorDefinition => ({ ...usage(next), class: 'data', http: 422 });
const refused = (next: string): ErrorDefinition => ({
  class: 'refused',
  retryable: false,
  wire: 'same',
  closeCode: 4001,
  http: 409,
  next,
});
const peer = (next: string): ErrorDefinition => ({
  class: 'peer',
  retryable: false,
  wire: 'same',
  closeCode: 4002,
  http: 502,
  next,
});
const network = (next: string): ErrorDefinition => ({
  class: 'network',
  retryable: true,
  wire: 'peer/stopped',
  closeCode: 4003,
  http: 504,
  next,
});
const system = (next: string): ErrorDefinition => ({
  class: 'system',
  retryable: false,
  wire: 'peer/stopped',
  closeCode: 4004,
  http: 500,
  next,
});

const ASK_PEER = 'Compare the session files of both sides and make this field the same.';
const BAD_PEER =
  'Ask the partner which version of Vesica they run; if it is current, treat the peer as faulty.';

/** Every code Vesica can end with. `protocol-spec/errors.md` documents the same table; a test compares the two. */
export const ERRORS = {
  'config/invalid': usage('Correct the named key; README.md and examples/ show complete files.'),
  'config/unreadable': usage('Check the path and its permissions.'),
  'config/insecure-transport': usage('Use wss:// with tls.identity and tls.peer, or a loopback address.'),

  'data/unreadable': data('Check the path, its permissions and that the file is what its extension says.'),
  'data/missing-column': data('Name a column that the file has; the message lists them.'),
  'data/invalid-utf8': data('Save the file as UTF-8 and run again.'),
  'data/malformed': data('Correct the file at the place named, or export it again as RFC 4180 CSV or JSON.'),
  'data/out-of-memory': data('Raise the memory limit, or use a smaller file or a simpler query.'),
  'data/invalid-query': data('Correct the SQL text in data.sql; it must be one SELECT statement.'),
  'data/ambiguous-cohort': data('Keep one row an identifier, or make its rows agree on every cohort column.'),
  'data/source-changed': data(
    'Run again; keep the source unchanged, and ordered if it is SQL, until the session ends.',
  ),
  'data/invalid-measure': data(
    'Correct the named column, or let the measure clamp, round or take absent as 0.',
  ),
  'data/empty-cohort': data('Check the arms and the cohort columns against the values in the file.'),

  'limit/elements': refused('Split the list, or agree on a higher limit with the partner.'),
  'limit/cells': refused('Use fewer cohort columns or coarser values.'),
  'limit/measures': refused('Use fewer measures; a sum of squares counts as one more.'),
  'limit/measure-range': refused(
    'Count the measure in a coarser quantum, lower its bound, or split the cells.',
  ),
  'limit/dummies': refused('Raise epsilon or delta; both decide how many dummies a cell needs.'),
  'limit/frame': peer(BAD_PEER),
  'limit/window': peer(BAD_PEER),
  'limit/text': refused('Shorten the named text.'),
  'limit/sessions': {
    ...refused('Wait until a session has ended, or raise limits.openSessions on the node that is full.'),
    retryable: true,
    http: 429,
  },

  'agreement/mismatch': refused(ASK_PEER),
  'agreement/role-conflict': refused('One side must take the other role; see `role` in both session files.'),
  'agreement/unsupported-version': refused(
    'Update the older side to a version that speaks the same protocol.',
  ),
  'agreement/not-active': refused('Activate the agreement on both nodes, or make a new one for this time.'),
  'policy/cell-too-small': refused('Merge cohorts until every cell reaches privacy.minCell.'),
  'policy/list-too-small': refused('Use a larger list; small lists single people out.'),
  'policy/purpose-not-agreed': refused('Use a purpose that the agreement names, or agree on this one.'),
  'policy/epsilon-too-large': refused('Ask for less epsilon and delta than the agreement allows a release.'),
  'policy/not-agreed': refused('Ask for what the agreement allows, or agree on more with the partner.'),

  'group/invalid-scalar': system('Report this as a defect: a scalar must lie in [1, l-1].'),
  'group/invalid-batch': system('Report this as a defect: a batch has a wrong length or type code.'),
  'group/self-test-failed': system(
    'Do not use this machine for sessions; force another engine with VESICA_ENGINE.',
  ),
  'group/engine-unavailable': usage('Unset VESICA_ENGINE, or choose an engine that this machine has.'),
  'group/worker-failed': system('Run again; if it repeats, lower the number of threads or add memory.'),

  'dp/invalid-parameter': usage('Use a decimal epsilon in (0, 20] and a delta in (0, 0.001].'),

  'measurement/invalid-input': data('Correct the named figure; the message says what it must be.'),

  'budget/exceeded': refused(
    'Ask for less epsilon or less delta, or agree on a higher budget for this partner.',
  ),
  'budget/near-repeat': refused(
    'Send the same list again for the stored answer, or wait until the list has changed by more people.',
  ),
  'budget/unanswered': refused(
    'This was paid for and its answer was lost; allow a second cost to ask again (onUnanswered: charge).',
  ),
  'ledger/in-use': {
    ...refused('Run again when the other session with this ledger has ended.'),
    retryable: true,
    wire: 'peer/stopped',
  },
  'ledger/damaged': system('Restore the ledger file from a copy; a new one forgets what was spent.'),
  'ledger/unwritable': system(
    'Check the folder, its permissions and the free space; what could not be written does not count.',
  ),

  'state/in-use': {
    ...system('Stop the other process that uses this state folder, or run again when it has ended.'),
    retryable: true,
  },
  'state/newer-version': system(
    'Run the version that last used this state folder, or a newer one; state is never taken back.',
  ),
  'state/damaged': system('Restore the state folder from a backup; a new one forgets what was spent.'),
  'state/unwritable': system(
    'Check the state folder, its permissions and the free space; what could not be written does not count.',
  ),
  'state/conflict': {
    ...refused('Look at the present state first: what was asked is not possible in it.'),
    wire: 'peer/stopped',
  },
  'state/backup-damaged': system('Use another backup; nothing was restored.'),
  'keys/unavailable': system('Check the source of the master key that the message names.'),
  'keys/wrong-key': system('Give the node the key that is named, as an earlier key if it was replaced.'),
  'keys/damaged': system('Restore the file from a backup, or load the data again.'),

  'peer/malformed-message': peer(BAD_PEER),
  'peer/unexpected-message': peer(BAD_PEER),
  'peer/invalid-element': peer(BAD_PEER),
  'peer/duplicate-element': peer(BAD_PEER),
  'peer/wrong-count': peer(BAD_PEER),
  'peer/bad-receipt': peer('Keep both receipts; the two sides did not see the same session.'),
  'peer/stopped': peer('Ask the partner what their side reports; the reason stays on their machine.'),

  'transport/unreachable': network('Check the address, and that the partner has started their side.'),
  'transport/wrong-peer': {
    ...network('Compare the fingerprint with the partner over another channel before changing it.'),
    retryable: false,
  },
  'transport/handshake-failed': network(
    'Check that both sides use TLS 1.3 with an identity, or both plain ws://.',
  ),
  'transport/closed': network('Run again; the partner or the network closed the connection.'),
  'transport/timeout': network('Run again; if it repeats, check the partner and the network between you.'),
  'transport/address-in-use': {
    ...network('Stop the other process or listen on another port.'),
    retryable: false,
  },

  'output/unwritable': system(
    'Check the folder, its permissions and the free space; nothing was left behind.',
  ),
  'spool/failed': system(
    'Free space in the folder named, name another one in memory.spoolFolder, or raise the memory limit.',
  ),
  'session/cancelled': refused('Run again when both sides are ready.'),
  'session/rejected': refused('Ask the partner why they declined before offering again.'),
  'session/expired': refused('Offer again; nobody answered in time.'),
  'session/interrupted': {
    ...refused('Start a new session; the node ended while this one ran.'),
    retryable: true,
  },

  'api/invalid-request': usage('Correct the named part of the request; /v1/openapi.json describes it.'),
  'api/unauthenticated': {
    ...usage('Send a token of this node that is valid: Authorization: Bearer vesica_…'),
    http: 401,
  },
  'api/code-required': {
    ...usage('Log in to the console with the token and a new code of its second factor.'),
    http: 401,
  },
  'api/csrf': { ...usage('Load the console again and repeat this there.'), http: 403 },
  'api/forbidden': { ...usage('Use a token whose role may do this.'), http: 403 },
  'api/not-found': { ...usage('Check the address or the id; list what there is.'), http: 404 },
  'api/gone': { ...usage('It was deleted when its retention ended; run the session again.'), http: 410 },
  'api/idempotency-conflict': {
    ...usage('Use a new idempotency key for another request.'),
    http: 409,
  },
  'api/too-large': { ...usage('Send a smaller request.'), http: 413 },
  'api/rate-limited': {
    ...usage('Wait for the time that Retry-After tells, and ask less often.'),
    retryable: true,
    http: 429,
  },
  'api/unavailable': {
    ...usage('Try again soon; the node is starting or stopping.'),
    retryable: true,
    http: 503,
  },
  'client/unreachable': network('Check the address of the node, and that it runs.'),

  'internal/defect': system('Report this with the message and the version; it is a mistake in Vesica.'),
} as const satisfies Record<string, ErrorDefinition>;

/** A stable code; codes are never reused for another meaning. */
export type ErrorCode = keyof typeof ERRORS;

/** Whether `text` is one of the registry's codes. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERRORS, text);
}

export interface ErrorDetail {
  /** The configuration key, offer field, column or limit at fault. Never a value, never an identifier. */
  readonly field?: string;
  /** `peer` when the other side found the fault and told us. */
  readonly reportedBy?: 'self' | 'peer';
  readonly cause?: unknown;
}

/**
 * The only error type that leaves a room of Vesica. `message` says what and where; `next` says what to do. Messages
 * name fields, counts and places; they never hold an identifier, a match key, a scalar or a noise value.
 */
export class VesicaError extends Error {
  override readonly name = 'VesicaError';
  readonly code: ErrorCode;
  readonly field: string | undefined;
  readonly reportedBy: 'self' | 'peer';

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.field = detail.field;
    this.reportedBy = detail.reportedBy ?? 'self';
  }

  get definition(): ErrorDefinition {
    return ERRORS[this.code];
  }

  /** What to do next, in one sentence. */
  get next(): string {
    return this.definition.next;
  }

  get exitCode(): number {
    return EXIT_CODES[this.definition.class];
  }
}

/** `error` itself when it is coded, else a defect that wraps it. */
export function asVesicaError(error: unknown): VesicaError {
  if (error instanceof VesicaError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new VesicaError('internal/defect', `unexpected failure: ${reason}`, { cause: error });
}
