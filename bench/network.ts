import { parseArgs } from 'node:util';
import { type SessionReport, freePort, sessionBenchmark } from './session.js';
import type { SessionSetting } from './session-lists.js';
import { SESSION_OPTIONS, settingOf, share } from './session-options.js';
import type { LinkSetting } from './shaped-link.js';
import { type ProxyTraffic, type ShapingProxy, startShapingProxy } from './shaping-proxy.js';
import { simulation } from './simulation.js';

/** Links that people have between two companies. */
export const LINKS: readonly LinkSetting[] = [
  { name: 'lan', bitsPerSecond: 1e9, delayMs: 0.25, loss: 0 },
  { name: '100mbit', bitsPerSecond: 100e6, delayMs: 10, loss: 0 },
  { name: '20mbit', bitsPerSecond: 20e6, delayMs: 50, loss: 0.0001 },
];

export interface NetworkResult {
  readonly link: LinkSetting;
  readonly session: SessionReport;
  /** What went through the link, TLS included. */
  readonly traffic: ProxyTraffic;
  /** The busier direction's bytes at the link's bandwidth: no session can take less. */
  readonly floorLinkSeconds: number;
}

export interface NetworkReport {
  readonly benchmark: 'network';
  readonly results: readonly NetworkResult[];
}

/** The same session over one link after the other, each shaped by a proxy between the two processes. */
export async function networkBenchmark(
  { setting, links }: { readonly setting: SessionSetting; readonly links: readonly LinkSetting[] },
  signal: AbortSignal,
): Promise<NetworkReport> {
  const { uniform } = simulation();
  const results: NetworkResult[] = [];
  for (const link of links) {
    let proxy: ShapingProxy | undefined;
    const session = await sessionBenchmark(setting, {
      signal,
      name: link.name,
      between: async (target) => {
        const port = await freePort();
        return {
          port,
          open: async () => void (proxy = await startShapingProxy(target, { link, uniform, port })),
          close: async () => proxy?.close(),
        };
      },
    });
    const traffic = proxy?.traffic ?? { bytesForward: 0, bytesBack: 0 };
    const busier = Math.max(traffic.bytesForward, traffic.bytesBack);
    results.push({ link, session, traffic, floorLinkSeconds: (8 * busier) / link.bitsPerSecond });
  }
  return { benchmark: 'network', results };
}

/** What the command line asks for: links by name, or one of its own making. */
export function networkSetting(rest: readonly string[]): {
  json: boolean;
  setting: SessionSetting;
  links: readonly LinkSetting[];
} {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...rest],
    options: { ...SESSION_OPTIONS, links: text, bandwidth: text, delay: text, loss: text },
  });
  const { links, bandwidth, delay, loss, json = false } = values;
  const setting = settingOf(values);
  if (bandwidth === undefined && delay === undefined && loss === undefined) {
    return { json, setting, links: links === undefined ? LINKS : links.split(',').map(linkNamed) };
  }
  if (links !== undefined) throw new RangeError('--links goes without --bandwidth, --delay and --loss');
  const own = {
    name: 'own',
    bitsPerSecond: positive('bandwidth', bandwidth, 100e6),
    delayMs: delay === '0' ? 0 : positive('delay', delay, 10),
    loss: share('loss', loss, 0),
  };
  if (own.loss === 1) throw new RangeError('--loss must be below 1');
  return { json, setting, links: [own] };
}

function linkNamed(name: string): LinkSetting {
  const link = LINKS.find((one) => one.name === name);
  if (link === undefined) {
    throw new RangeError(`--links must be of ${LINKS.map((one) => one.name).join(', ')}`);
  }
  return link;
}

function positive(name: string, given: string | undefined, fallback: number): number {
  const value = given === undefined ? fallback : Number(given);
  if (!(value > 0 && value < Infinity)) throw new RangeError(`--${name} must be a positive number`);
  return value;
}

/** The figures as text. */
export function printNetwork({ results }: NetworkReport): string {
  const [first] = results;
  if (first === undefined) return 'no link\n';
  const { processor, node, setting } = first.session;
  return [
    `${processor}, Node ${node}; ${setting.mode}, ${setting.size} keys against ${setting.peerSize}; delay each way`,
    'link         Mbit/s   ms  loss       wall s   link floor s   processor s   MB forward   MB back',
    ...results.map(({ link, session, traffic, floorLinkSeconds }) =>
      [
        link.name.padEnd(11),
        (link.bitsPerSecond / 1e6).toFixed(0).padStart(7),
        String(link.delayMs).padStart(5),
        String(link.loss).padEnd(7),
        session.wallSeconds.toFixed(2).padStart(9),
        floorLinkSeconds.toFixed(2).padStart(14),
        session.coreSeconds.toFixed(2).padStart(13),
        (traffic.bytesForward / 1e6).toFixed(2).padStart(12),
        (traffic.bytesBack / 1e6).toFixed(2).padStart(9),
      ].join(' '),
    ),
    '',
  ].join('\n');
}
