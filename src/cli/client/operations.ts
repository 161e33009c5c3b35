import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { VesicaError } from '../../errors.js';
import { itemOf, minuteOf, textOf, type Item } from './answers.js';
import { collectionOf, findResource, idOfResource, listResources, pathOf } from './resources.js';
import { askOf, type StartOptions } from './sessions.js';
import { sheet, shellWord, table } from './tables.js';
import type { Client } from './terminal.js';

const POLL_MS = 500;

/** Exports, schedules, tokens, alarms and the state of the node. */

export interface ExportOptions {
  readonly kind: string;
  readonly profile: string;
  readonly format: string;
}

export async function createExport(client: Client, options: ExportOptions, which: string): Promise<void> {
  const { connection, show, next, context } = client;
  const session = await idOfResource(connection, 'session', which);
  const { kind, profile, format } = options;
  const body = { session, kind, profile, format };
  let made = itemOf(await connection.json({ method: 'POST', path: collectionOf('export'), body }));
  while (textOf(made, 'state') === 'writing') {
    await pause(POLL_MS, undefined, { signal: context.signal });
    made = itemOf(await connection.json({ path: pathOf('export', textOf(made, 'id')) }));
  }
  show(made, () =>
    sheet([
      ['export', textOf(made, 'id')],
      ['state', textOf(made, 'state')],
      ['rows', textOf(made, 'rowCount')],
      ['bytes', textOf(made, 'byteCount')],
      ['digest', textOf(made, 'digest')],
      ['error', textOf(made, 'errorCode')],
    ]),
  );
  if (textOf(made, 'state') === 'ready') {
    next(`vesica exports download ${textOf(made, 'id')} --output ${kind}.${format}`);
  }
}

export async function downloadExport(
  { connection, context }: Client,
  { output }: { readonly output: string },
  which: string,
): Promise<void> {
  const id = await idOfResource(connection, 'export', which);
  const content = await connection.stream({
    path: pathOf('export', id, 'download'),
    headers: { accept: '*/*' },
  });
  const { writeOutputFile } = await import('../../data/index.js');
  await writeOutputFile(output, (temporary) =>
    pipeline(content, createWriteStream(temporary, { flags: 'r+' })),
  );
  context.reporter.line(`wrote ${output}; that it was downloaded is in the audit log`);
}

export async function listExports({ connection, show }: Client): Promise<void> {
  const items = await listResources(connection, 'export');
  const heads = ['id', 'session', 'kind', 'profile', 'format', 'state', 'rows', 'expires'];
  show({ items }, () =>
    table(
      heads,
      items.map((one) => [
        ...['id', 'sessionId', 'kind', 'profile', 'format', 'state', 'rowCount'].map((key) =>
          textOf(one, key),
        ),
        minuteOf(one, 'expiresAt'),
      ]),
      'There are no exports.',
    ),
  );
}

export interface ScheduleOptions extends StartOptions {
  readonly cron: string;
  readonly timeZone: string;
  readonly missedRun: string;
}

export async function createSchedule(client: Client, options: ScheduleOptions, name: string): Promise<void> {
  const { connection, show, next } = client;
  const body = {
    name,
    agreement: await idOfResource(connection, 'agreement', options.agreement),
    dataset: await idOfResource(connection, 'dataset', options.dataset),
    pattern: options.cron,
    timeZone: options.timeZone,
    missedRun: options.missedRun,
    request: askOf(options),
  };
  const made = itemOf(await connection.json({ method: 'POST', path: collectionOf('schedule'), body }));
  show(made, () => scheduleSheet(made));
  next(`vesica schedules pause ${shellWord(name)}, to stop it for a while`);
}

export async function listSchedules({ connection, show }: Client): Promise<void> {
  const items = await listResources(connection, 'schedule');
  show({ items }, () =>
    table(
      ['name', 'state', 'pattern', 'time zone', 'next run', 'last run', 'outcome'],
      items.map((one) => [
        textOf(one, 'name'),
        textOf(one, 'state'),
        textOf(one, 'pattern'),
        textOf(one, 'timeZone'),
        minuteOf(one, 'nextRunAt'),
        minuteOf(one, 'lastRunAt'),
        textOf(one, 'lastOutcome'),
      ]),
      'There are no schedules.',
    ),
  );
}

export async function moveSchedule(
  { connection, show }: Client,
  verb: 'pause' | 'resume' | 'end',
  name: string,
): Promise<void> {
  const id = await idOfResource(connection, 'schedule', name);
  const made = itemOf(await connection.json({ method: 'POST', path: pathOf('schedule', id, verb) }));
  show(made, () => scheduleSheet(made));
}

function scheduleSheet(schedule: Item): string {
  return sheet([
    ['schedule', textOf(schedule, 'name')],
    ['state', textOf(schedule, 'state')],
    ['next run', minuteOf(schedule, 'nextRunAt')],
  ]);
}

export async function listTokens({ connection, show }: Client): Promise<void> {
  const items = await listResources(connection, 'token');
  show({ items }, () =>
    table(
      ['name', 'role', 'state', 'second factor', 'created', 'expires', 'last used'],
      items.map((one) => [
        textOf(one, 'name'),
        textOf(one, 'role'),
        textOf(one, 'state'),
        one['hasSecondFactor'] === true ? 'yes' : 'no',
        ...['createdAt', 'expiresAt', 'lastUsedAt'].map((key) => minuteOf(one, key)),
      ]),
      'There are no tokens.',
    ),
  );
}

/** The secret alone on standard output, so that it can go into a file. */
export async function createToken(
  { connection, show, context }: Client,
  { role, expires }: { readonly role: string; readonly expires?: string },
  name: string,
): Promise<void> {
  const expiresAt = expires === undefined ? undefined : timeOf(expires);
  const body = { name, role, expiresAt };
  const made = itemOf(await connection.json({ method: 'POST', path: collectionOf('token'), body }));
  show(made, () => `${textOf(made, 'secret')}\n`);
  context.reporter.line(`token ${name}, role ${role}: shown only now; keep it like a password`);
}

function timeOf(text: string): string {
  const time = new Date(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
  if (Number.isNaN(time.getTime())) {
    const form = '--expires must be a day such as 2030-12-31, or a time such as 2030-12-31T12:00:00Z';
    throw new VesicaError('config/invalid', form, { field: '--expires' });
  }
  return time.toISOString();
}

export async function revokeToken({ connection, show }: Client, name: string): Promise<void> {
  const id = await idOfResource(connection, 'token', name);
  const revoked = itemOf(await connection.json({ method: 'POST', path: pathOf('token', id, 'revoke') }));
  show(revoked, () => `token ${textOf(revoked, 'name')} is ${textOf(revoked, 'state')}\n`);
}

export async function listAlarms({ connection, show, next }: Client): Promise<void> {
  const items = await listResources(connection, 'alarm');
  show({ items }, () =>
    table(
      ['id', 'severity', 'state', 'kind', 'raised', 'message'],
      items.map((one) => [
        ...['id', 'severity', 'state', 'kind'].map((key) => textOf(one, key)),
        minuteOf(one, 'raisedAt'),
        textOf(one, 'message'),
      ]),
      'There are no alarms.',
    ),
  );
  const open = items.find((one) => textOf(one, 'state') === 'open');
  if (open !== undefined) next(`vesica alarms acknowledge ${textOf(open, 'id')}`);
}

export async function moveAlarm(
  { connection, show }: Client,
  verb: 'acknowledge' | 'close',
  which: string,
): Promise<void> {
  const id = textOf(await findResource(connection, 'alarm', which), 'id');
  const alarm = itemOf(await connection.json({ method: 'POST', path: pathOf('alarm', id, verb) }));
  show(alarm, () => `alarm ${textOf(alarm, 'id')} is ${textOf(alarm, 'state')}\n`);
}

/** Which node it is and how it is, with what this token may see. */
export async function showStatus({ connection, show, context }: Client): Promise<void> {
  const node = itemOf(await connection.json({ path: '/v1/node' }));
  const token = itemOf(await connection.json({ path: '/v1/token' }));
  show({ node, token }, () =>
    sheet([
      ['party', textOf(node, 'party')],
      ['fingerprint', textOf(node, 'fingerprint')],
      ['software', textOf(node, 'software')],
      ['engine', textOf(node, 'engine')],
      ['started', minuteOf(node, 'startedAt')],
      ['sessions', `${textOf(node, 'running')} running, ${textOf(node, 'waiting')} waiting`],
      ['token', `${textOf(token, 'name')}, role ${textOf(token, 'role')}`],
    ]),
  );
  try {
    const open = await listResources(connection, 'alarm', { state: 'open' });
    if (open.length > 0) context.reporter.line(`${open.length} open alarms: vesica alarms list`);
  } catch (error) {
    if (!(error instanceof VesicaError) || error.code !== 'api/forbidden') throw error;
  }
}
