import type { Command } from 'commander';
import { action } from '../action.js';
import type { AuditOptions } from './audit-command.js';
import type { BackupCommandOptions, RestoreCommandOptions } from './backup-command.js';
import type { RotateOptions } from './keys-command.js';
import type { LedgerOptions } from './ledger-command.js';

const CONFIG = ['--config <file>', 'configuration of the node', 'node.yaml'] as const;

/** `vesica audit`, `ledger`, `keys`, `backup` and `restore`. */
export function addGovernanceCommands(program: Command): void {
  const audit = program.command('audit').description('prove that the audit log was not altered');
  stoppedOrRunning(audit.command('verify'))
    .description('find the first entry that was changed, removed, put in, moved or cut off; exit code 4 then')
    .option('--against <checkpoint.json>', 'a checkpoint that was kept elsewhere')
    .action(
      action(async (context, options: AuditOptions) => {
        const { auditVerifyCommand } = await import('./audit-command.js');
        await auditVerifyCommand(context, options);
      }),
    );
  stoppedOrRunning(audit.command('checkpoint'))
    .description('print a signed checkpoint; keep it where this machine cannot change it')
    .action(
      action(async (context, options: AuditOptions) => {
        const { auditCheckpointCommand } = await import('./audit-command.js');
        await auditCheckpointCommand(context, options);
      }),
    );
  stoppedOrRunning(program.command('ledger').description('privacy budgets').command('show'))
    .description('what each partner has learnt about each lineage, what it still may, and the history')
    .option('--partner <name>', 'only of this partner')
    .option('--lineage <name>', 'only of this lineage')
    .action(
      action(async (context, options: LedgerOptions) => {
        const { ledgerShowCommand } = await import('./ledger-command.js');
        await ledgerShowCommand(context, options);
      }),
    );
  program
    .command('keys')
    .description('the key that seals what is on the disk')
    .command('rotate')
    .description('replace the master key of a node that does not run; safe to break off and run again')
    .option(...CONFIG)
    .option('--new-key <file>', 'the new key, when masterKey is not a file (64 hexadecimal digits)')
    .option('--json', 'print what was done as JSON')
    .action(
      action(async (context, options: RotateOptions) => {
        const { keysRotateCommand } = await import('./keys-command.js');
        await keysRotateCommand(context, options);
      }),
    );
  program
    .command('backup')
    .description(
      'back up a node that does not run; a running one does it itself, see backup in its configuration',
    )
    .argument('<dir>', 'new folder')
    .option(...CONFIG)
    .option('--with-keys', 'put the identity and the master key into it as well')
    .option('--json', 'print the manifest')
    .action(
      action(async (context, target: string, options: BackupCommandOptions) => {
        const { backupCommand } = await import('./backup-command.js');
        await backupCommand(context, target, options);
      }),
    );
  program
    .command('restore')
    .description(
      'check a backup and put it into the empty state folder; partners are suspended, tokens revoked',
    )
    .argument('<backup>', 'folder of the backup')
    .option(...CONFIG)
    .option('--check', 'check the backup and restore nothing')
    .option(
      '--accept-lost-spending',
      'leave partners active, though what they learnt after the backup is not in the restored ledger',
    )
    .option('--keep-tokens', 'leave tokens valid, also those that were revoked after the backup')
    .option('--json', 'print what was done as JSON, with the new token')
    .action(
      action(async (context, backup: string, options: RestoreCommandOptions) => {
        const { restoreCommand } = await import('./backup-command.js');
        await restoreCommand(context, backup, options);
      }),
    );
}

function stoppedOrRunning(command: Command): Command {
  return command
    .option('--config <file>', 'configuration of a node that does not run; without it the API is asked')
    .option('--node <url>', "address of a running node's API (or VESICA_URL)")
    .option(
      '--token-file <path>',
      'file that holds the token (or VESICA_TOKEN_FILE; or the token in VESICA_TOKEN)',
    )
    .option('--json', 'print the answer as JSON');
}
