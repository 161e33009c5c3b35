import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { utf8 } from '../bytes.js';
import { VesicaError } from '../errors.js';
import { Account } from './account.js';
import { AccountLedger, type BudgetLedger } from './account-ledger.js';
import { AppendFile } from './append-file.js';
import { parseLimit, type BudgetLimit } from './budget.js';
import { HEADER, decodeLine, encodeLine, type Entry } from './entry.js';
import { fileFailure } from './failures.js';
import { takeLock } from './lock-file.js';
import { lineDigest, readLedger } from './read-ledger.js';

/** Hexadecimal digits of a key that a message shows. */
const SHOWN_DIGITS = 16;

export interface LedgerFileOptions {
  /** Identity key of the partner whose budget this is: 64 hexadecimal digits. */
  readonly partner: string;
  readonly limit: BudgetLimit;
  readonly now: () => Date;
}

/** One partner's budget in a file, which is locked until it is closed. */
export interface LedgerFile extends BudgetLedger {
  /** Waits for what is being written, closes the file and gives back the lock. Idempotent. */
  close(): Promise<void>;
}

/**
 * Opens the ledger file at `path` for one partner, creating it if need be; the format is in protocol-spec/ledger.md. No
 * other process can open it until it is closed.
 *
 * @throws VesicaError `ledger/in-use`, `ledger/damaged`, `ledger/unwritable`; `dp/invalid-parameter` when the limit is
 * out of range; `internal/defect` when the partner is no key.
 */
export async function openLedgerFile(path: string, options: LedgerFileOptions): Promise<LedgerFile> {
  const limit = parseLimit(options.limit);
  const partner = options.partner.toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(partner))
    throw new VesicaError('internal/defect', 'a partner is a key of 32 bytes');
  const place = await resolvedPath(path);
  const giveBack = await takeLock(`${place}.lock`, path);
  let file: AppendFile | undefined;
  try {
    file = await AppendFile.open(place);
    const account = new Account(`the budget for partner ${partner.slice(0, SHOWN_DIGITS)} in ${path}`, limit);
    const digest = await load(file, { path, partner, account });
    const journal = new FileJournal({ file, digest, partner, now: options.now });
    return new OpenLedger(account, journal, giveBack);
  } catch (error) {
    await file?.close();
    await giveBack();
    throw error;
  }
}

/** Enters into `account` what the file says of `partner`; resolves to the digest of the last line. */
async function load(
  file: AppendFile,
  { path, partner, account }: { path: string; partner: string; account: Account },
): Promise<string> {
  const bytes = await file.read();
  const content = readLedger(bytes, path);
  file.keep(content.wholeBytes, bytes.length);
  for (const line of content.lines) {
    if (line.partner !== partner) continue;
    if (line.entry.kind === 'spent') account.spend(line.entry.cost);
    else account.answer(line.entry.request, line.entry.answer);
  }
  if (content.wholeBytes > 0) return content.digest;
  await file.append(utf8(`${HEADER}\n`));
  return lineDigest(utf8(HEADER));
}

/** Appends one entry after the other, each naming the one before. */
class FileJournal {
  readonly #settings: { file: AppendFile; partner: string; now: () => Date };
  #digest: string;
  /** The last append that was asked for; the next begins when it is over, however it ended. */
  #last: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor({
    digest,
    ...settings
  }: {
    file: AppendFile;
    digest: string;
    partner: string;
    now: () => Date;
  }) {
    this.#settings = settings;
    this.#digest = digest;
  }

  append(entry: Entry): Promise<void> {
    if (this.#isClosed)
      return Promise.reject(new VesicaError('internal/defect', 'the ledger file is closed'));
    const appended = this.#last.then(() => this.#append(entry));
    this.#last = appended.catch(() => undefined);
    return appended;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#last;
    await this.#settings.file.close();
  }

  async #append(entry: Entry): Promise<void> {
    const { file, partner, now } = this.#settings;
    const line = encodeLine({ at: now().toISOString(), partner, entry, previous: this.#digest });
    // A line that could not be read back would make the whole file useless.
    if (decodeLine(line) === undefined)
      throw new VesicaError('internal/defect', 'an entry cannot be read back');
    await file.append(utf8(`${line}\n`));
    this.#digest = lineDigest(utf8(line));
  }
}

class OpenLedger extends AccountLedger implements LedgerFile {
  readonly #journal: FileJournal;
  readonly #giveBack: () => Promise<void>;
  #closing: Promise<void> | undefined;

  constructor(account: Account, journal: FileJournal, giveBack: () => Promise<void>) {
    super(account, (entry) => journal.append(entry));
    this.#journal = journal;
    this.#giveBack = giveBack;
  }

  close(): Promise<void> {
    this.#closing ??= this.#journal.close().finally(this.#giveBack);
    return this.#closing;
  }
}

/** One name for one file, so that two links to it share a lock. */
async function resolvedPath(path: string): Promise<string> {
  try {
    return await realpath(path).catch(async () => join(await realpath(dirname(path)), basename(path)));
  } catch (error) {
    throw fileFailure(error, path);
  }
}
