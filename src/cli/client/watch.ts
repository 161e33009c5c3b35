import { setTimeout as pause } from 'node:timers/promises';
import { EXIT_CODES, ERRORS, isErrorCode, VesicaError } from '../../errors.js';
import type { Progress } from '../progress.js';
import { isItem, itemOf, textOf, type Item } from './answers.js';
import { idOfResource, pathOf } from './resources.js';
import type { Client } from './terminal.js';

const RETRY_MS = [500, 1000, 2000, 5000, 10_000];
/** A stream that has been quiet for this long gives no sign of life. */
const OVER = new Set(['done', 'failed', 'rejected', 'cancelled', 'expired']);

/** `vesica sessions watch`. */
export async function watchCommand(client: Client, which: string): Promise<void> {
  await watchSession(client, await idOfResource(client.connection, 'session', which));
}

/**
 * Follows a session until it ends: a line for each step, a progress line within it. A stream that breaks off, because the
 * node restarts or the network fails, is taken up again after the last event seen. Ends with the exit code of what the
 * session ended with.
 */
export async function watchSession(client: Client, id: string): Promise<void> {
  const { context, connection, show, next } = client;
  const view = new View(client);
  let last = 0;
  let failures = 0;
  for (;;) {
    try {
      const path = `${pathOf('session', id)}/events/stream`;
      const headers = { accept: 'text/event-stream', ...(last > 0 ? { 'last-event-id': String(last) } : {}) };
      const stream = await connection.stream({ path, headers });
      failures = 0;
      for await (const { name, data } of serverSentEvents(stream)) {
        if (name === 'end') break;
        const event = parsed(data);
        last = Math.max(last, Number(event['number'] ?? 0));
        view.tell(event);
      }
    } catch (error) {
      if (context.signal.aborted)
        throw new VesicaError('session/cancelled', 'watching was stopped; the session goes on');
      if (error instanceof VesicaError && error.code !== 'client/unreachable') {
        if (!error.definition.retryable) throw error;
      } else if (error instanceof VesicaError && failures >= RETRY_MS.length * 6) throw error;
    }
    view.rest();
    const session = await current(client, id);
    if (session !== undefined && OVER.has(textOf(session, 'state'))) {
      show(session, () => '');
      if (textOf(session, 'state') === 'done') {
        next(`vesica sessions report ${id}`);
        return;
      }
      tellEnd(client, session);
      return;
    }
    if (failures > 0 || session === undefined)
      context.reporter.line('the node does not answer; trying again');
    await pause(RETRY_MS[Math.min(failures, RETRY_MS.length - 1)], undefined, {
      signal: context.signal,
    }).catch(() => {
      throw new VesicaError('session/cancelled', 'watching was stopped; the session goes on');
    });
    failures += 1;
  }
}

/** The session now; `undefined` while the node does not answer. */
async function current({ connection }: Client, id: string): Promise<Item | undefined> {
  try {
    return itemOf(await connection.json({ path: pathOf('session', id) }));
  } catch (error) {
    if (error instanceof VesicaError && error.code === 'client/unreachable') return undefined;
    throw error;
  }
}

function tellEnd({ context }: Client, session: Item): void {
  const code = textOf(session, 'error', 'code');
  if (!isErrorCode(code)) {
    process.exitCode = EXIT_CODES.refused;
    return;
  }
  const from = textOf(session, 'error', 'reportedBy') === 'peer' ? ' (told by the partner)' : '';
  const field = textOf(session, 'error', 'field');
  const at = field === '-' ? '' : ` at ${field}`;
  const message = textOf(session, 'error', 'message');
  context.reporter.line(`error ${code}${at}${from}${message === '-' ? '' : `: ${message}`}`);
  context.reporter.line(`  next: ${ERRORS[code].next}`);
  process.exitCode = EXIT_CODES[ERRORS[code].class];
}

/** The events of a session as lines and progress. */
class View {
  readonly #client: Client;
  #stage = '';
  #progress: Progress | undefined;

  constructor(client: Client) {
    this.#client = client;
  }

  tell(event: Item): void {
    const { reporter } = this.#client.context;
    const detail = isItem(event['detail']) ? event['detail'] : {};
    if (textOf(event, 'kind') === 'progress') {
      const stage = textOf(detail, 'stage');
      const total = Number(detail['total'] ?? 0);
      // Before the lists' sizes are known there is nothing to show.
      if (total === 0) return;
      if (stage !== this.#stage) {
        this.rest();
        this.#progress = reporter.start(stage, 'items');
        this.#stage = stage;
      }
      this.#progress?.update(Number(detail['done'] ?? 0), total);
      return;
    }
    this.rest();
    const time = textOf(event, 'at').slice(11, 19);
    const to = textOf(event, 'to');
    const more = Object.entries(detail)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => `${name} ${String(value)}`);
    reporter.line(
      `${time} ${to === '-' ? textOf(event, 'kind') : to}${more.length === 0 ? '' : `: ${more.join(', ')}`}`,
    );
  }

  /** Ends the line of a stage. */
  rest(): void {
    this.#progress?.finish();
    this.#progress = undefined;
    this.#stage = '';
  }
}

function parsed(data: string): Item {
  try {
    return itemOf(JSON.parse(data));
  } catch {
    return {};
  }
}

/** The events of a stream (WHATWG HTML §9.2.6), without those that have no data. */
export async function* serverSentEvents(
  stream: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ readonly name: string; readonly data: string }> {
  const decoder = new TextDecoder();
  let rest = '';
  let name = '';
  let data: string[] = [];
  for await (const piece of stream) {
    rest += decoder.decode(piece, { stream: true });
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield { name: name === '' ? 'message' : name, data: data.join('\n') };
        [name, data] = ['', []];
        continue;
      }
      const colon = line.indexOf(':');
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (field === 'event') name = value;
      else if (field === 'data') data.push(value);
    }
  }
}
