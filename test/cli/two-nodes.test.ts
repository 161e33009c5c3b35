import { execFile } from 'node:child_process';
import { chmodSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { freePort } from './support/free-port.js';
import { VesicaProcess } from './support/vesica-process.js';
import { Workspace } from './support/workspace.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

type Party = 'publisher' | 'advertiser';
interface Block {
  readonly party: Party;
  readonly script: string;
}

/** The commands of the section, in order, each block with whose terminal it is for. */
const BLOCKS: readonly Block[] = [
  ...readme
    .slice(readme.indexOf('## Two nodes'), readme.indexOf('## Sums, and a budget'))
    .matchAll(/```sh\n# (publisher|advertiser)\n(.*?)```/gs),
].map(([, party, script]) => ({ party: party as Party, script: script! }));

/** Runs the README's blocks on a copy of the examples, with free ports in place of those that it names. */
class Terminals {
  readonly workspace = new Workspace();
  readonly outputs: string[] = [];
  readonly nodes = {} as Record<Party, VesicaProcess>;
  readonly #prints = {} as Record<Party, string>;
  readonly #ports = new Map<string, string>();

  async open(): Promise<void> {
    cpSync(examples, this.workspace.path('examples'), { recursive: true });
    writeFileSync(
      this.workspace.path('npx'),
      `#!/bin/sh\nshift\nexec "${process.execPath}" "${MAIN}" "$@"\n`,
    );
    chmodSync(this.workspace.path('npx'), 0o755);
    for (const port of ['7701', '7702', '8701', '8702']) this.#ports.set(port, String(await freePort()));
  }

  /** Runs a block; resolves to what it printed. A node that it starts goes on running. */
  async run({ party, script }: Block): Promise<string> {
    const other: Party = party === 'publisher' ? 'advertiser' : 'publisher';
    const own = script
      .replaceAll(/\b(7701|7702|8701|8702)\b/g, (port) => this.#ports.get(port)!)
      .replaceAll('sha256:…', () => this.#prints[other]);
    const commands = own.replace(/^npx vesica node --config (.*)\n/m, '');
    const output = await this.#shell(commands);
    const [print] = /sha256:[0-9a-f]{64}/.exec(script.includes(' init ') ? output : '') ?? [];
    if (print !== undefined) this.#prints[party] = print;
    const [, config] = /^npx vesica node --config (.*)$/m.exec(own) ?? [];
    if (config !== undefined) {
      const node = new VesicaProcess(['node', '--config', this.workspace.path(config)], {
        VESICA_NODE_THREADS: '1',
      });
      this.nodes[party] = node;
      await node.says('is ready');
    }
    this.outputs.push(output);
    return output;
  }

  #shell(script: string): Promise<string> {
    const { folder } = this.workspace;
    const env = { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}` };
    return new Promise((resolve, reject) => {
      execFile('sh', ['-e', '-c', script], { cwd: folder, env }, (error, stdout, stderr) => {
        if (error === null) resolve(stdout + stderr);
        else reject(new Error(`${script}\n${stdout}\n${stderr}`, { cause: error }));
      });
    });
  }
}

describe('the README’s two nodes', () => {
  it('has commands for both sides', () => {
    expect(BLOCKS.length).toBeGreaterThan(9);
    expect(new Set(BLOCKS.map(({ party }) => party)).size).toBe(2);
  });

  it('measure, count and export as it says', async () => {
    const terminals = new Terminals();
    await terminals.open();
    for (const block of BLOCKS) await terminals.run(block);
    const all = terminals.outputs.join('\n');
    // The report of either side, a ledger that was charged once by then, and both ways done.
    expect(all.match(/Lift of buyers against holdout/g)).toHaveLength(2);
    expect(all.match(/ done: ownItems/g)!.length).toBeGreaterThanOrEqual(5);
    expect(all).toMatch(/publisher +customers +1 +3 +7 +10/);
    expect(all).toContain('The audit log holds');
    const audience = terminals.workspace.read('audience.csv').trim().split('\n');
    expect(audience[0]).toBe('email');
    expect(audience.length).toBeGreaterThan(90);
    for (const line of audience.slice(1)) expect(line).toMatch(/^[0-9a-f]{64}$/);
    for (const node of Object.values(terminals.nodes)) node.signal('SIGTERM');
    for (const node of Object.values(terminals.nodes)) expect((await node.ended).code).toBe(0);
  }, 120_000);
});
