import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode, writeFailure } from './failures.js';

/** `backup-20260102T030405Z`: names that sort as their times do. */
const NAME = /^backup-\d{8}T\d{6}Z$/;
/** One that was being written when its process ended. */
const UNFINISHED = /^\.backup-\d{8}T\d{6}Z\.[0-9a-f-]{36}$/;

/** Name of a backup made by itself at a time. */
export function scheduledName(at: Date): string {
  return `backup-${at.toISOString().replace(/\.\d+/, '').replace(/[-:]/g, '')}`;
}

/** The backups in a folder that were made by themselves, the newest first; none when there is no such folder. */
export async function backupsIn(folder: string): Promise<string[]> {
  return (await foldersIn(folder, NAME)).reverse();
}

/**
 * Deletes all but the newest `keep` of them; the names of those deleted. With them goes what a process that ended while it
 * wrote one has left, so none may be under way. Whatever else is in the folder stays.
 *
 * @throws VesicaError `output/unwritable`.
 */
export async function pruneBackups(folder: string, keep: number): Promise<string[]> {
  const surplus = (await backupsIn(folder)).slice(keep);
  for (const name of [...surplus, ...(await foldersIn(folder, UNFINISHED))]) {
    try {
      await rm(join(folder, name), { recursive: true, force: true });
    } catch (error) {
      throw writeFailure(error, join(folder, name));
    }
  }
  return surplus;
}

async function foldersIn(folder: string, form: RegExp): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isDirectory() && form.test(entry.name));
    return names.map(({ name }) => name).sort();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw writeFailure(error, folder);
  }
}
