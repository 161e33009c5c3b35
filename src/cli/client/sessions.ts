import { VesicaError } from '../../errors.js';
import { writeFile } from 'node:fs/promises';
import type { Report } from '../../report/index.js';
import { itemOf, listOf, minuteOf, textOf, type Item } from './answers.js';
import { collectionOf, findResource, idOfResource, listResources, pathOf } from './resources.js';
import { sheet, table } from './tables.js';
import type { Client } from './terminal.js';
import { watchSession } from './watch.js';

export interface StartOptions {
  readonly agreement: string;
  readonly dataset: string;
  readonly mode: string;
  readonly purpose: string;
  readonly role?: string;
  readonly identifierType: readonly string[];
  readonly epsilon?: string;
  readonly delta?: string;
  readonly disclosure?: string;
  readonly measure: readonly string[];
  readonly minList?: number;
  readonly minCell?: number;
  readonly onUnanswered?: string;
  readonly preview?: true;
  readonly watch?: true;
}

/** What is asked of a session, from options that sessions and schedules share. */
export function askOf(options: StartOptions): Record<string, unknown> {
  const { mode, purpose, role, epsilon, delta, disclosure, minList, minCell } = options;
  const [identifierTypes, measures] = [options.identifierType, options.measure];
  return {
    ...{ mode, purpose, role, epsilon, delta, disclosure, minList, minCell },
    identifierTypes: identifierTypes.length === 0 ? undefined : identifierTypes,
    measures: measures.length === 0 ? undefined : measures,
  };
}

export async function listSessions(
  { connection, show, next }: Client,
  options: { readonly state?: string; readonly partner?: string; readonly limit: number },
): Promise<void> {
  const partner =
    options.partner === undefined ? undefined : await idOfResource(connection, 'partner', options.partner);
  const { state, limit } = options;
  const items = await listResources(connection, 'session', { state, partner, limit });
  show({ items }, () =>
    table(
      ['id', 'partner', 'side', 'mode', 'state', 'purpose', 'created', 'error'],
      items.map((session) => [
        textOf(session, 'id'),
        textOf(session, 'partner', 'name'),
        textOf(session, 'side'),
        textOf(session, 'mode'),
        textOf(session, 'state'),
        textOf(session, 'purpose'),
        minuteOf(session, 'createdAt'),
        textOf(session, 'error', 'code'),
      ]),
      'There are no sessions.',
    ),
  );
  const waiting = items.find(
    (session) => textOf(session, 'state') === 'offered' && textOf(session, 'side') === 'responder',
  );
  if (waiting !== undefined) next(`vesica sessions approve ${textOf(waiting, 'id')}`);
}

export async function startSession(client: Client, options: StartOptions): Promise<void> {
  const { connection, show, next, context } = client;
  const agreement = await idOfResource(connection, 'agreement', options.agreement);
  const dataset = await idOfResource(connection, 'dataset', options.dataset);
  const body = { agreement, dataset, ask: askOf(options), onUnanswered: options.onUnanswered };
  const preview = itemOf(await connection.json({ method: 'POST', path: '/v1/sessions/preview', body }));
  if (options.preview === true) {
    show(preview, () => `${previewLines(preview).join('\n')}\n`);
    return;
  }
  for (const line of previewLines(preview)) context.reporter.line(line);
  const session = itemOf(await connection.json({ method: 'POST', path: collectionOf('session'), body }));
  await shown(client, session, options.watch);
  if (options.watch !== true) next(`vesica sessions watch ${textOf(session, 'id')}`);
}

export async function approveSession(
  client: Client,
  options: { readonly dataset?: string; readonly onUnanswered?: string; readonly watch?: true },
  which: string,
): Promise<void> {
  const { connection, next } = client;
  const session = await findResource(connection, 'session', which);
  const dataset = await datasetFor(client, options.dataset, session);
  const path = pathOf('session', textOf(session, 'id'), 'approve');
  const body = { dataset, onUnanswered: options.onUnanswered };
  const approved = itemOf(await connection.json({ method: 'POST', path, body }));
  await shown(client, approved, options.watch);
  if (options.watch !== true) next(`vesica sessions watch ${textOf(session, 'id')}`);
}

export async function endSession(client: Client, verb: 'reject' | 'cancel', which: string): Promise<void> {
  const id = await idOfResource(client.connection, 'session', which);
  const path = pathOf('session', id, verb);
  await shown(client, itemOf(await client.connection.json({ method: 'POST', path })), undefined);
}

export async function showSession(client: Client, which: string): Promise<void> {
  await shown(client, await findResource(client.connection, 'session', which), undefined);
}

export async function reportOfSession(
  { connection, show, context }: Client,
  options: { readonly html?: string; readonly csv?: string },
  which: string,
): Promise<void> {
  const session = await findResource(connection, 'session', which);
  const report = textOf(session, 'reportId');
  if (report === '-') {
    const why = `session ${textOf(session, 'id')} is ${textOf(session, 'state')} and has no report`;
    throw new VesicaError('state/conflict', why, { field: 'session' });
  }
  for (const [form, path] of [
    ['html', options.html],
    ['csv', options.csv],
  ] as const) {
    if (path === undefined) continue;
    const content = await connection.stream({
      path: `/v1/reports/${report}/${form}`,
      headers: { accept: '*/*' },
    });
    const { writeOutputFile } = await import('../../data/index.js');
    await writeOutputFile(path, (temporary) => writeFile(temporary, content));
    context.reporter.line(`wrote ${path}`);
  }
  if (options.html !== undefined || options.csv !== undefined) return;
  const document = await connection.json({ path: `/v1/reports/${report}` });
  const { renderReport } = await import('../../report/index.js');
  show(document, () => renderReport(document as Report));
}

/** The session itself or, if it is to be watched, what happens to it until it ends. */
async function shown(client: Client, session: Item, watch: true | undefined): Promise<void> {
  if (watch === true) {
    await watchSession(client, textOf(session, 'id'));
    return;
  }
  client.show(session, () =>
    sheet([
      ['session', textOf(session, 'id')],
      ['partner', textOf(session, 'partner', 'name')],
      ['mode', `${textOf(session, 'mode')}, role ${textOf(session, 'role')}, ${textOf(session, 'side')}`],
      ['purpose', textOf(session, 'purpose')],
      ['state', textOf(session, 'state')],
      ['report', textOf(session, 'reportId')],
      ['error', textOf(session, 'error', 'code')],
    ]),
  );
}

/** The dataset that was named, or the only one of the agreement. */
async function datasetFor({ connection }: Client, named: string | undefined, session: Item): Promise<string> {
  if (named !== undefined) return idOfResource(connection, 'dataset', named);
  const path = pathOf('agreement', textOf(session, 'agreementId'));
  const ids = listOf(await connection.json({ path }), 'datasets');
  const [only] = ids;
  if (typeof only === 'string' && ids.length === 1) return only;
  const why = `the agreement has ${ids.length} datasets: choose one with --dataset`;
  throw new VesicaError('config/invalid', why, { field: '--dataset' });
}

function previewLines(preview: Item): string[] {
  const budget = preview['budget'];
  const cost = preview['cost'];
  return [
    ...listOf(preview, 'ownLearns').map((what) => `you learn: ${String(what)}`),
    ...listOf(preview, 'partnerLearns').map((what) => `the partner learns: ${String(what)}`),
    ...(cost === null ? [] : [`cost: epsilon ${textOf(cost, 'epsilon')}, delta ${textOf(cost, 'delta')}`]),
    ...(budget === null
      ? []
      : [
          `budget: ${textOf(budget, 'leftEpsilon')} of ${textOf(budget, 'limitEpsilon')} epsilon left at delta ${textOf(budget, 'delta')}`,
        ]),
  ];
}
