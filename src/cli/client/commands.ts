import { Option, type Command } from 'commander';
import { action } from '../action.js';
import type { RemoveFactorOptions } from '../governance/factor-command.js';
import { clientAction, type Client } from './terminal.js';
import type { AgreementOptions } from './agreements.js';
import type { ExportOptions, ScheduleOptions } from './operations.js';
import type { PartnerOptions } from './partners.js';
import type { StartOptions } from './sessions.js';

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];
const whole = (text: string): number => Number(text);
const partners = () => import('./partners.js');
const agreements = () => import('./agreements.js');
const datasets = () => import('./datasets.js');
const sessions = () => import('./sessions.js');
const operations = () => import('./operations.js');

/** The commands that ask a running node. Names or ids are accepted wherever something is named. */
export function addClientCommands(program: Command): void {
  clientAction(
    program.command('status').description('which node this is and what it is doing'),
    async (client) => (await operations()).showStatus(client),
  );
  addPartners(program.command('partners').description('with whom this node may talk'));
  addAgreements(program.command('agreements').description('what was agreed with partners'));
  addDatasets(program.command('datasets').description('the lists of this node'));
  addSessions(program.command('sessions').description('sessions with partners'));
  addExports(program.command('exports').description('audience and suppression lists for upload pages'));
  addSchedules(program.command('schedules').description('sessions that start by themselves'));
  addTokens(program.command('tokens').description('who may use the API'));
  addAlarms(program.command('alarms').description('what needs attention'));
}

function addPartners(group: Command): void {
  clientAction(group.command('list').description('all partners'), async (client) =>
    (await partners()).listPartners(client),
  );
  const add = group
    .command('add')
    .description('register a partner by the fingerprint that they told you')
    .argument('<name>', 'the name they have in agreements')
    .requiredOption('--fingerprint <sha256:…>', 'of their identity')
    .option('--address <wss://host:port>', 'where their node listens; not needed if they connect to this one')
    .option('--note <text>', 'for the people of this node');
  clientAction(add, async (client, options: PartnerOptions, name: string) =>
    (await partners()).addPartner(client, options, name),
  );
  for (const [verb, description] of [
    ['suspend', 'refuse connections and sessions of a partner'],
    ['activate', 'take a suspended partner back'],
    ['remove', 'end with a partner for good'],
  ] as const) {
    clientAction(
      group.command(verb).description(description).argument('<partner>'),
      async (client, _, name: string) => (await partners()).movePartner(client, verb, name),
    );
  }
}

function addAgreements(group: Command): void {
  clientAction(group.command('list').description('all agreements'), async (client) =>
    (await agreements()).listAgreements(client),
  );
  const template = group
    .command('template')
    .description('print a document to fill in, with both fingerprints; both sides then enter the same file')
    .requiredOption('--partner <name>', 'partner')
    .option('--from <file>', 'a document to put the fingerprints into, such as one of examples/node');
  clientAction(template, async (client, options: { partner: string; from?: string }) =>
    (await agreements()).agreementTemplate(client, options),
  );
  const create = group
    .command('create')
    .description('enter an agreement, as a draft')
    .argument('<file>', 'YAML or JSON; the same on both sides')
    .requiredOption('--partner <name>', 'partner')
    .addOption(
      new Option('--approval <how>', 'how sessions of the partner are approved')
        .choices(['manual', 'automatic'])
        .default('manual'),
    )
    .option('--dataset <name>', 'dataset that may be used; again for each', collect, []);
  clientAction(create, async (client, options: AgreementOptions, file: string) =>
    (await agreements()).createAgreement(client, options, file),
  );
  const change = group
    .command('change')
    .description('change what this node alone decides: approval and datasets')
    .argument('<agreement>')
    .addOption(new Option('--approval <how>').choices(['manual', 'automatic']))
    .option('--dataset <name>', 'dataset that may be used; again for each', collect, []);
  clientAction(change, async (client, options: Partial<AgreementOptions>, name: string) =>
    (await agreements()).changeAgreementDatasets(client, options, name),
  );
  for (const [verb, description] of [
    ['activate', 'put a draft into force, once the digests of both sides are equal'],
    ['end', 'end an agreement'],
    ['revoke', 'end an agreement because it should not have been'],
  ] as const) {
    clientAction(
      group.command(verb).description(description).argument('<agreement>'),
      async (client, _, name: string) => (await agreements()).moveAgreement(client, verb, name),
    );
  }
  clientAction(
    group.command('show').description('the terms of an agreement').argument('<agreement>'),
    async (client, _, name: string) => (await agreements()).showAgreement(client, name),
  );
}

function addDatasets(group: Command): void {
  clientAction(group.command('list').description('all datasets'), async (client) =>
    (await datasets()).listDatasets(client),
  );
  clientAction(
    group.command('create').description('define a dataset').argument('<file>', 'YAML or JSON'),
    async (client, _, file: string) => (await datasets()).createDataset(client, file),
  );
  clientAction(
    group.command('check').description('what became of the rows of the newest version').argument('<dataset>'),
    async (client, _, name: string) => (await datasets()).checkDataset(client, name),
  );
  clientAction(
    group
      .command('load')
      .description('read the source now and tell what became of its rows')
      .argument('<dataset>'),
    async (client, _, name: string) => (await datasets()).loadDataset(client, name),
  );
}

function addSessions(group: Command): void {
  const list = group
    .command('list')
    .description('sessions of both sides, newest first')
    .option('--state <state>', 'only in this state')
    .option('--partner <name>', 'only with this partner')
    .option('--limit <count>', 'how many', whole, 20);
  clientAction(list, async (client, options: { state?: string; partner?: string; limit: number }) =>
    (await sessions()).listSessions(client, options),
  );
  const start = asking(
    group.command('start').description('offer a session; it runs once the partner accepts'),
  )
    .option('--on-unanswered <what>', 'refuse or charge, when this was paid for and its answer was lost')
    .option('--preview', 'tell what it would cost and who would learn what, and start nothing')
    .option('--watch', 'follow it until it ends');
  clientAction(start, async (client, options: StartOptions) =>
    (await sessions()).startSession(client, options),
  );
  const approve = group
    .command('approve')
    .description("agree to a partner's offer")
    .argument('<session>', 'id, the end of one, or latest')
    .option('--dataset <name>', 'dataset to use; not needed if the agreement has one')
    .option('--on-unanswered <what>', 'refuse or charge, when this was paid for and its answer was lost')
    .option('--watch', 'follow it until it ends');
  clientAction(
    approve,
    async (client, options: { dataset?: string; onUnanswered?: string; watch?: true }, which: string) =>
      (await sessions()).approveSession(client, options, which),
  );
  named(group, 'reject', "decline a partner's offer", async (client, which) =>
    (await sessions()).endSession(client, 'reject', which),
  );
  named(group, 'cancel', 'stop a session that has not ended', async (client, which) =>
    (await sessions()).endSession(client, 'cancel', which),
  );
  named(group, 'show', 'one session', async (client, which) => (await sessions()).showSession(client, which));
  named(group, 'watch', 'follow a session until it ends', async (client, which) =>
    (await import('./watch.js')).watchCommand(client, which),
  );
  const report = group
    .command('report')
    .description('the report of a session, as text; reading it is audited')
    .argument('<session>', 'id, the end of one, or latest')
    .option('--html <file>', 'write it as a page instead')
    .option('--csv <file>', 'write its cohort table instead');
  clientAction(report, async (client, options: { html?: string; csv?: string }, which: string) =>
    (await sessions()).reportOfSession(client, options, which),
  );
}

function named(
  group: Command,
  verb: string,
  description: string,
  work: (client: Client, which: string) => Promise<void>,
): void {
  const command = group.command(verb).description(description);
  clientAction(command.argument('<session>', 'id, the end of one, or latest'), (client, _, which: string) =>
    work(client, which),
  );
}

/** What is asked of a session. */
function asking(command: Command): Command {
  return command
    .requiredOption('--agreement <name>', 'agreement')
    .requiredOption('--dataset <name>', 'dataset')
    .requiredOption('--mode <mode>', 'psi, psi-ca or aggregate')
    .requiredOption('--purpose <purpose>', 'one of the purposes of the agreement')
    .option('--role <role>', 'role of this node, if the agreement leaves it open')
    .option('--identifier-type <type>', 'identifier type; again for each', collect, [])
    .option('--epsilon <decimal>', 'what it may cost (default: what the agreement allows)')
    .option('--delta <decimal>', 'see --epsilon')
    .option('--disclosure <how>', 'dp or exact, where both are agreed')
    .option('--measure <name>', 'agreed measure; again for each (default: all)', collect, [])
    .option('--min-list <count>', 'fewest people in a list', whole)
    .option('--min-cell <count>', 'fewest people in a cell', whole);
}

function addExports(group: Command): void {
  clientAction(group.command('list').description('all exports'), async (client) =>
    (await operations()).listExports(client),
  );
  const create = group
    .command('create')
    .description('write the rows that matched in a session, for an upload page')
    .argument('<session>', 'id, the end of one, or latest')
    .addOption(
      new Option('--kind <kind>', 'which rows').choices(['audience', 'suppression']).default('audience'),
    )
    .addOption(
      new Option('--profile <profile>', 'whose upload page')
        .choices(['own', 'meta', 'google', 'tiktok'])
        .default('own'),
    )
    .addOption(
      new Option('--format <format>', 'form of the file').choices(['csv', 'parquet']).default('csv'),
    );
  clientAction(create, async (client, options: ExportOptions, which: string) =>
    (await operations()).createExport(client, options, which),
  );
  const download = group
    .command('download')
    .description('get the file of an export; that is audited')
    .argument('<export>', 'id, the end of one, or latest')
    .requiredOption('--output <file>', 'file to write, for its owner alone');
  clientAction(download, async (client, options: { output: string }, which: string) =>
    (await operations()).downloadExport(client, options, which),
  );
}

function addSchedules(group: Command): void {
  clientAction(group.command('list').description('all schedules'), async (client) =>
    (await operations()).listSchedules(client),
  );
  const create = asking(
    group.command('create').description('start a session again and again').argument('<name>'),
  )
    .requiredOption('--cron <pattern>', 'minute, hour, day, month, weekday: "0 6 * * 1"')
    .option('--time-zone <name>', 'IANA name', 'UTC')
    .addOption(
      new Option('--missed-run <what>', 'what to do about a run that was missed')
        .choices(['skip', 'run-once'])
        .default('skip'),
    );
  clientAction(create, async (client, options: ScheduleOptions, name: string) =>
    (await operations()).createSchedule(client, options, name),
  );
  for (const [verb, description] of [
    ['pause', 'stop a schedule for a while'],
    ['resume', 'let a schedule go on'],
    ['end', 'end a schedule'],
  ] as const) {
    clientAction(
      group.command(verb).description(description).argument('<schedule>'),
      async (client, _, name: string) => (await operations()).moveSchedule(client, verb, name),
    );
  }
}

function addTokens(group: Command): void {
  clientAction(group.command('list').description('all tokens; never their secrets'), async (client) =>
    (await operations()).listTokens(client),
  );
  const create = group
    .command('create')
    .description('make a token; its secret is printed once, on standard output')
    .argument('<name>', 'stands in the audit log')
    .addOption(
      new Option('--role <role>', 'what it may do')
        .choices(['admin', 'operator', 'analyst', 'auditor'])
        .makeOptionMandatory(),
    )
    .option('--expires <day>', 'last day or time of it (default: never)');
  clientAction(create, async (client, options: { role: string; expires?: string }, name: string) =>
    (await operations()).createToken(client, options, name),
  );
  group
    .command('remove-factor')
    .description('let a token in without a code, for whoever lost the device; their sessions end')
    .argument('<token>')
    .option('--config <file>', 'configuration of a node that does not run; without it the API is asked')
    .option('--node <url>', "address of a running node's API (or VESICA_URL)")
    .option(
      '--token-file <path>',
      'file that holds the token (or VESICA_TOKEN_FILE; or the token in VESICA_TOKEN)',
    )
    .option('--json', 'print the answer as JSON')
    .action(
      action(async (context, name: string, options: RemoveFactorOptions) => {
        const { removeFactorCommand } = await import('../governance/factor-command.js');
        await removeFactorCommand(context, options, name);
      }),
    );
  clientAction(
    group.command('revoke').description('make a token invalid at once').argument('<token>'),
    async (client, _, name: string) => (await operations()).revokeToken(client, name),
  );
}

function addAlarms(group: Command): void {
  clientAction(group.command('list').description('all alarms, newest first'), async (client) =>
    (await operations()).listAlarms(client),
  );
  for (const [verb, description] of [
    ['acknowledge', 'say that somebody looks after it'],
    ['close', 'say that it is dealt with'],
  ] as const) {
    const command = group.command(verb).description(description);
    clientAction(
      command.argument('<alarm>', 'id, the end of one, or latest'),
      async (client, _, which: string) => (await operations()).moveAlarm(client, verb, which),
    );
  }
}
