import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';

/** A folder of one test, removed at its end. */
export class Workspace {
  readonly folder = mkdtempSync(join(tmpdir(), 'vesica-cli-'));

  constructor() {
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Writes a file; its path. */
  write(name: string, content: string | Uint8Array): string {
    const path = this.path(name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  /** Writes a session file; its path. */
  session(name: string, content: object): string {
    return this.write(name, stringify(content));
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  /** Paths of all files below a folder of the workspace, hidden ones too. */
  files(folder = '.'): string[] {
    return readdirSync(this.path(folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(this.path(folder), join(entry.parentPath, entry.name)))
      .sort();
  }
}
