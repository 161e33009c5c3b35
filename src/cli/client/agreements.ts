import { stringify } from 'yaml';
import { VesicaError } from '../../errors.js';
import { isItem, itemOf, listOf, minuteOf, textOf, type Item } from './answers.js';
import { readDocument, withDecimalTexts } from './documents.js';
import { collectionOf, findResource, idOfResource, listResources, namesById, pathOf } from './resources.js';
import { sheet, shellWord, table } from './tables.js';
import type { Client } from './terminal.js';

export interface AgreementOptions {
  readonly partner: string;
  readonly approval: 'manual' | 'automatic';
  readonly dataset: readonly string[];
}

export async function listAgreements({ connection, show }: Client): Promise<void> {
  const items = await listResources(connection, 'agreement');
  const partners = await namesById(connection, 'partner');
  show({ items }, () =>
    table(
      ['name', 'partner', 'state', 'approval', 'valid until', 'digest'],
      items.map((agreement) => [
        textOf(agreement, 'name'),
        partners.get(textOf(agreement, 'partnerId')) ?? textOf(agreement, 'partnerId'),
        textOf(agreement, 'state'),
        textOf(agreement, 'approval'),
        minuteOf(agreement, 'terms', 'validUntil'),
        textOf(agreement, 'termsDigest').slice(0, 16),
      ]),
      'There are no agreements yet: vesica agreements template',
    ),
  );
}

/** Both sides enter the same file; the digest tells whether they did. */
export async function createAgreement(
  client: Client,
  options: AgreementOptions,
  file: string,
): Promise<void> {
  const { connection, show, next } = client;
  const terms = withDecimalTexts(readDocument(file));
  const partner = await idOfResource(connection, 'partner', options.partner);
  const datasets = await Promise.all(
    options.dataset.map((name) => idOfResource(connection, 'dataset', name)),
  );
  const body = { partner, terms, approval: options.approval, datasets };
  const agreement = itemOf(await connection.json({ method: 'POST', path: collectionOf('agreement'), body }));
  show(agreement, () => summary(agreement));
  next(
    `compare the digest with the partner, then vesica agreements activate ${shellWord(textOf(agreement, 'name'))}`,
  );
}

export async function moveAgreement(
  client: Client,
  verb: 'activate' | 'end' | 'revoke',
  name: string,
): Promise<void> {
  const { connection, show, next } = client;
  const found = await drafted(client, verb, name);
  const path = pathOf('agreement', textOf(found, 'id'), verb);
  const agreement = itemOf(await connection.json({ method: 'POST', path }));
  show(agreement, () => summary(agreement));
  if (verb === 'activate') {
    next(
      `vesica sessions start --agreement ${shellWord(name)} --dataset <name> --mode <mode> --purpose <purpose>`,
    );
  }
}

export async function showAgreement({ connection, show }: Client, name: string): Promise<void> {
  const agreement = await findResource(connection, 'agreement', name);
  show(agreement, () => `${summary(agreement)}\n${stringify(agreement['terms'])}`);
}

export async function changeAgreementDatasets(
  { connection, show }: Client,
  options: Partial<Pick<AgreementOptions, 'approval' | 'dataset'>>,
  name: string,
): Promise<void> {
  const id = await idOfResource(connection, 'agreement', name);
  const datasets =
    options.dataset === undefined || options.dataset.length === 0
      ? undefined
      : await Promise.all(options.dataset.map((one) => idOfResource(connection, 'dataset', one)));
  const body = { approval: options.approval, datasets };
  const agreement = itemOf(await connection.json({ method: 'PATCH', path: pathOf('agreement', id), body }));
  show(agreement, () => summary(agreement));
}

/** A document to fill in, with the names and fingerprints of both sides in it. */
export async function agreementTemplate(
  { connection, context }: Client,
  { partner, from }: { readonly partner: string; readonly from?: string },
): Promise<void> {
  const own = itemOf(await connection.json({ path: '/v1/node' }));
  const other = await findResource(connection, 'partner', partner);
  const names = [textOf(own, 'party'), textOf(other, 'name')] as const;
  const prints = [textOf(own, 'fingerprint'), textOf(other, 'fingerprint')] as const;
  context.print(from === undefined ? template(names, prints, new Date()) : completed(from, names, prints));
}

/** The document in `file` with the fingerprints of both sides, under the names that it has for them. */
function completed(
  file: string,
  [own, other]: readonly [string, string],
  [ownKey, otherKey]: readonly [string, string],
): string {
  const { parties, ...terms } = readDocument(file);
  const names = isItem(parties) ? Object.keys(parties) : [];
  if (names.length !== 2 || !names.includes(own) || !names.includes(other)) {
    throw new VesicaError('config/invalid', `${file}: parties must name ${own} and ${other}`, {
      field: 'parties',
    });
  }
  const keys = { [own]: ownKey, [other]: otherKey };
  const known = Object.fromEntries(names.map((name) => [name, keys[name]]));
  return stringify({ ...terms, parties: known }, { lineWidth: 120 });
}

function template(
  [own, other]: readonly [string, string],
  [ownKey, otherKey]: readonly [string, string],
  now: Date,
): string {
  const day = now.toISOString().slice(0, 10);
  const year = `${now.getUTCFullYear() + 1}${day.slice(4)}`.replace('-02-29', '-02-28');
  const [a, b] = [stringify(own).trimEnd(), stringify(other).trimEnd()];
  return `# What both sides agree on. Both enter this very file; its digest is compared in every session.
format: vesica-agreement-1
name: ${stringify(`${own} and ${other}`).trimEnd()}
parties:
  ${a}: ${ownKey}
  ${b}: ${otherKey}
purposes: [campaign-measurement]
uses:                                   # modes, and who has which role in them
  - { mode: psi-ca, roles: { ${a}: receiver, ${b}: sender } }
  - { mode: psi, roles: { ${a}: receiver, ${b}: sender } }
profile: uid2
identifierTypes: [email]
measures: []                            # for mode aggregate: { name, quantum, bound, statistic: sum }
privacy:
  disclosures: [dp]
  epsilonPerRelease: "1"                # the most that one session may spend
  deltaPerRelease: "0.000001"
  epsilonTotal: "10"                    # the most that the partner may learn of the same people in all
  deltaTotal: "0.00001"
  minList: 1000                         # fewest people in a list, and in a cell
  minCell: 50
share: { labels: true, results: true }
retentionDays: { reports: 365, exports: 30 }
schedule: none                          # or daily, weekly, monthly: the shortest rhythm a schedule may have
validFrom: ${day}T00:00:00Z
validUntil: ${year}T00:00:00Z
`;
}

/** Of several of one name, the one that the verb is for. */
async function drafted({ connection }: Client, verb: string, name: string): Promise<Item> {
  if (verb !== 'activate') return findResource(connection, 'agreement', name);
  const drafts = await listResources(connection, 'agreement', { state: 'draft' });
  const [only, another] = drafts.filter((agreement) => textOf(agreement, 'name') === name);
  return only === undefined || another !== undefined ? findResource(connection, 'agreement', name) : only;
}

function summary(agreement: Item): string {
  const uses = listOf(agreement['terms'], 'uses').map((use) => textOf(use, 'mode'));
  return sheet([
    ['agreement', textOf(agreement, 'name')],
    ['id', textOf(agreement, 'id')],
    ['state', textOf(agreement, 'state')],
    ['parties', `${textOf(agreement, 'ownParty')} (this node), ${textOf(agreement, 'partnerParty')}`],
    ['modes', [...new Set(uses)].join(', ')],
    ['approval', textOf(agreement, 'approval')],
    ['digest', textOf(agreement, 'termsDigest')],
  ]);
}
