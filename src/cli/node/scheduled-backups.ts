import { join } from 'node:path';
import { backupsIn, pruneBackups, scheduledName, writeBackup, type NodeContext } from '../../node/index.js';
import type { NodeIdentity } from '../../transport/index.js';
import type { NodePlan } from '../config/node-plan.js';
import { BACKED_UP } from '../governance/sealed-places.js';
import { SOFTWARE } from '../version.js';
import { errorFields, type Log } from './log.js';

const NAME = /^backup-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;
/** After one that failed: soon, as there may be none since. */
const RETRY_MS = 15 * 60_000;
/** The longest that a timer can wait. */
const MAX_WAIT_MS = 2 ** 31 - 1;

interface ScheduledBackupsOptions {
  readonly plan: NodePlan;
  readonly identity: NodeIdentity;
  readonly context: NodeContext;
  readonly log: Log;
}

/** Backs the running node up as `backup` in its configuration says, and at SIGUSR2. */
export class ScheduledBackups {
  readonly #options: ScheduledBackupsOptions;
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> = Promise.resolve();
  #isStopped = false;
  readonly #onSignal = (): void => void this.#enqueue('SIGUSR2');

  constructor(options: ScheduledBackupsOptions) {
    this.#options = options;
  }

  start(): void {
    const { plan, log } = this.#options;
    process.on('SIGUSR2', this.#onSignal);
    if (plan.backup === undefined) return;
    void this.#untilDue().then(
      (waitMs) => this.#wait(waitMs),
      (error: unknown) => {
        log.error('the folder of backups cannot be read', errorFields(error));
        this.#wait(RETRY_MS);
      },
    );
  }

  /** Waits for a backup under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    process.removeListener('SIGUSR2', this.#onSignal);
    await this.#working;
  }

  /** A node that restarts often is still backed up in its rhythm: what counts is the newest backup there is. */
  async #untilDue(): Promise<number> {
    const { backup } = this.#options.plan;
    const [newest] = backup === undefined ? [] : await backupsIn(backup.folder);
    const [, ...parts] = NAME.exec(newest ?? '') ?? [];
    if (backup === undefined || parts.length === 0) return 0;
    const [year, month, ...rest] = parts.map(Number);
    const at = Date.UTC(year ?? 0, (month ?? 1) - 1, ...rest);
    return at + backup.everyMs - this.#options.context.now().getTime();
  }

  #wait(ms: number): void {
    if (this.#isStopped) return;
    const waitMs = Math.min(MAX_WAIT_MS, Math.max(0, ms));
    this.#timer = setTimeout(() => void this.#enqueue('schedule'), waitMs);
    this.#timer.unref();
  }

  #enqueue(cause: string): Promise<void> {
    this.#working = this.#working.then(() => this.#backUp(cause));
    return this.#working;
  }

  async #backUp(cause: string): Promise<void> {
    const { plan, log, context, identity } = this.#options;
    const { backup } = plan;
    if (this.#isStopped) return;
    if (backup === undefined) {
      log.warn('SIGUSR2 asks for a backup, and backup.folder says nowhere to put one');
      return;
    }
    const target = join(backup.folder, scheduledName(context.now()));
    try {
      const { files, createdAt } = await writeBackup(target, {
        ...context,
        identity,
        party: plan.party,
        software: SOFTWARE,
        sealed: BACKED_UP,
        extras: { 'node.yaml': plan.file },
        actor: { kind: 'node', name: 'node' },
      });
      const deleted = await pruneBackups(backup.folder, backup.keep);
      log.info('backed up', {
        folder: target,
        cause,
        files: files.length,
        bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
        deleted: deleted.length,
        createdAt,
      });
      this.#reschedule(backup.everyMs);
    } catch (error) {
      log.error('the backup failed', { folder: target, cause, ...errorFields(error) });
      this.#reschedule(Math.min(RETRY_MS, backup.everyMs));
    }
  }

  #reschedule(ms: number): void {
    clearTimeout(this.#timer);
    this.#wait(ms);
  }
}
