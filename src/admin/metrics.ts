import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { ALARM_SEVERITIES, SESSION_STATES } from '../node/index.js';
import type { NodeServices } from '../node/index.js';

const DURATION_BUCKETS_SECONDS = [0.005, 0.02, 0.1, 0.5, 2, 10, 60];

/**
 * What a node tells Prometheus. Names carry units; totals start at zero with the process. Labels are ids and states: no name
 * of a partner, nothing of a person.
 *
 * | metric | type | labels | says |
 * |---|---|---|---|
 * | `vesica_info` | gauge | software, engine | 1 |
 * | `vesica_start_time_seconds` | gauge | | when the node started, Unix time |
 * | `vesica_ready` | gauge | | 1 while it takes work |
 * | `vesica_sessions` | gauge | state | sessions kept, by state |
 * | `vesica_sessions_running` | gauge | | sessions that run now |
 * | `vesica_sessions_waiting` | gauge | | sessions that wait for their turn |
 * | `vesica_session_sent_bytes_total` | counter | | bytes sent to partners |
 * | `vesica_session_received_bytes_total` | counter | | bytes got from partners |
 * | `vesica_session_elements_total` | counter | | match keys of both lists that were compared |
 * | `vesica_session_seconds_total` | counter | | time that sessions took once their lists were read |
 * | `vesica_budget_epsilon_limit` | gauge | partner, lineage | the most that may be spent |
 * | `vesica_budget_epsilon_left` | gauge | partner, lineage | what may still be spent |
 * | `vesica_alarms_open` | gauge | severity | alarms that nobody acknowledged |
 * | `vesica_event_streams` | gauge | | open streams of events |
 * | `vesica_http_requests_total` | counter | method, route, status | requests answered |
 * | `vesica_http_request_duration_seconds` | histogram | route | until the answer was sent |
 * | `process_resident_memory_bytes` | gauge | | memory of the process |
 * | `process_heap_used_bytes` | gauge | | JavaScript heap in use |
 * | `process_external_memory_bytes` | gauge | | lists and other memory outside of the heap |
 * | `process_cpu_seconds_total` | counter | | processor time |
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #services: NodeServices;
  readonly #streams: () => number;
  readonly #requests: Counter<'method' | 'route' | 'status'>;
  readonly #durations: Histogram<'route'>;

  constructor(services: NodeServices, streams: () => number) {
    this.#services = services;
    this.#streams = streams;
    const registers = [this.#registry];
    this.#requests = new Counter({
      name: 'vesica_http_requests_total',
      help: 'Requests answered.',
      labelNames: ['method', 'route', 'status'],
      registers,
    });
    this.#durations = new Histogram({
      name: 'vesica_http_request_duration_seconds',
      help: 'Time until the answer was sent.',
      labelNames: ['route'],
      buckets: DURATION_BUCKETS_SECONDS,
      registers,
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Counts a request that was answered; `route` is a path of the table, so that strangers make no labels. */
  answered(
    request: { readonly method: string; readonly route: string; readonly status: number },
    ms: number,
  ): void {
    const { method, route, status } = request;
    this.#requests.inc({ method, route, status: String(status) });
    this.#durations.observe({ route }, ms / 1000);
  }

  /** All metrics as Prometheus reads them (text format 0.0.4). Errors of the services. */
  async text(): Promise<string> {
    const now = new Registry();
    const set = gauges(now);
    const { info, budgets } = this.#services;
    const health = this.#services.health();
    set('vesica_info', 'What runs.', [[{ software: info.software, engine: info.engine }, 1]]);
    set('vesica_start_time_seconds', 'When the node started.', [[{}, Date.parse(info.startedAt) / 1000]]);
    set('vesica_ready', '1 while the node takes work.', [[{}, health.isReady ? 1 : 0]]);
    set('vesica_sessions', 'Sessions kept, by state.', await this.#sessions());
    set('vesica_sessions_running', 'Sessions that run now.', [[{}, health.running]]);
    set('vesica_sessions_waiting', 'Sessions that wait for their turn.', [[{}, health.waiting]]);
    set('vesica_alarms_open', 'Alarms that nobody acknowledged.', await this.#alarms());
    set('vesica_event_streams', 'Open streams of events.', [[{}, this.#streams()]]);
    const accounts = await budgets.accounts();
    const keys = accounts.map(({ partnerId: partner, lineage }) => ({ partner, lineage }));
    const figures = (of: (account: (typeof accounts)[number]) => string | undefined): Value[] =>
      accounts.map((account, i) => [keys[i] ?? {}, Number(of(account) ?? 'NaN')]);
    set(
      'vesica_budget_epsilon_limit',
      'The most that may be spent.',
      figures(({ limit }) => limit?.epsilon),
    );
    set(
      'vesica_budget_epsilon_left',
      'What may still be spent.',
      figures(({ left }) => left?.epsilon),
    );
    const { rss, heapUsed, external } = process.memoryUsage();
    set('process_resident_memory_bytes', 'Memory of the process.', [[{}, rss]]);
    set('process_heap_used_bytes', 'JavaScript heap in use.', [[{}, heapUsed]]);
    set('process_external_memory_bytes', 'Memory outside of the heap.', [[{}, external]]);
    const { user, system } = process.cpuUsage();
    const total = counters(now);
    total('process_cpu_seconds_total', 'Processor time.', [[{}, (user + system) / 1e6]]);
    const { totals } = health;
    total('vesica_session_sent_bytes_total', 'Bytes sent to partners.', [[{}, totals.sentBytes]]);
    total('vesica_session_received_bytes_total', 'Bytes got from partners.', [[{}, totals.receivedBytes]]);
    total('vesica_session_elements_total', 'Match keys of both lists that were compared.', [
      [{}, totals.elements],
    ]);
    total('vesica_session_seconds_total', 'Time that sessions took, lists read.', [
      [{}, totals.sessionSeconds],
    ]);
    return Registry.merge([now, this.#registry]).metrics();
  }

  async #sessions(): Promise<Value[]> {
    const { db } = this.#services.context.store;
    const rows = await db
      .selectFrom('sessions')
      .select(({ fn }) => ['state', fn.countAll<number>().as('count')])
      .groupBy('state')
      .execute();
    const counts = new Map(rows.map(({ state, count }) => [state, count]));
    return SESSION_STATES.map((state) => [{ state }, counts.get(state) ?? 0]);
  }

  async #alarms(): Promise<Value[]> {
    const { db } = this.#services.context.store;
    const rows = await db
      .selectFrom('alarms')
      .select(({ fn }) => ['severity', fn.countAll<number>().as('count')])
      .where('state', '=', 'open')
      .groupBy('severity')
      .execute();
    const counts = new Map(rows.map(({ severity, count }) => [severity, count]));
    return ALARM_SEVERITIES.map((severity) => [{ severity }, counts.get(severity) ?? 0]);
  }
}

type Value = readonly [labels: Readonly<Record<string, string>>, value: number];
type SetMetric = (name: string, help: string, values: readonly Value[]) => void;

function gauges(registry: Registry): SetMetric {
  return (name, help, values) => {
    const gauge = new Gauge({ name, help, labelNames: labelsOf(values), registers: [registry] });
    for (const [labels, value] of values) gauge.set(labels, value);
  };
}

function counters(registry: Registry): SetMetric {
  return (name, help, values) => {
    const counter = new Counter({ name, help, labelNames: labelsOf(values), registers: [registry] });
    for (const [labels, value] of values) counter.inc(labels, value);
  };
}

function labelsOf(values: readonly Value[]): string[] {
  return Object.keys(values[0]?.[0] ?? {});
}
