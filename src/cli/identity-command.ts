import type { Command } from 'commander';
import { action } from './action.js';

/** `vesica identity create` and `vesica identity show`. */
export function addIdentityCommands(program: Command): void {
  const identity = program.command('identity').description('the key by which a partner knows this node');
  identity
    .command('create')
    .description('make a new identity and print its fingerprint, which the partner writes under tls.peer')
    .argument('<file>', 'file to write; it must not exist')
    .option('--name <name>', 'name in the certificate', 'vesica')
    .action(
      action(async ({ print }, path: string, options: { name: string }) => {
        const { createIdentity, fingerprint, saveIdentity } = await import('../transport/index.js');
        const created = createIdentity(options.name);
        await saveIdentity(created, path);
        print(`${fingerprint(created.publicKey)}\n`);
      }),
    );
  identity
    .command('show')
    .description('print the fingerprint of an identity')
    .argument('<file>', 'identity file')
    .action(
      action(async ({ print }, path: string) => {
        const { fingerprint, loadIdentity } = await import('../transport/index.js');
        print(`${fingerprint((await loadIdentity(path)).publicKey)}\n`);
      }),
    );
}
