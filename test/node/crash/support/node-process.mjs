// A node in a process of its own, from the built program. Argument: a file that tells who it is and where its state lies.
// It does what it is asked over IPC: `{ number, path, parameters }` calls a method of its services.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { KeyRing, MasterKey, NODE_DEFAULTS, startNode } from '../../../../dist/node/index.js';
import { systemRandom } from '../../../../dist/system-random.js';
import { loadIdentity } from '../../../../dist/transport/index.js';

const { party, stateFolder, identityFile, masterKeyFile, timeouts, config } = JSON.parse(
  readFileSync(process.argv[2], 'utf8'),
);
const defects = [];
const node = await startNode(
  {
    ...NODE_DEFAULTS,
    party,
    software: 'vesica test',
    stateFolder,
    dataFolders: [fileURLToPath(new URL('../../../../examples', import.meta.url))],
    keepOut: [identityFile, masterKeyFile],
    identity: await loadIdentity(identityFile),
    masterKeys: new KeyRing(new MasterKey(Uint8Array.from(readFileSync(masterKeyFile)))),
    listen: { host: '127.0.0.1', port: 0 },
    threads: 0,
    timeouts: { ...NODE_DEFAULTS.timeouts, ...timeouts },
    ...config,
  },
  {
    random: systemRandom,
    now: () => new Date(),
    onDefect: (where, error) => defects.push(`${where}: ${String(error)}`),
  },
);
const { services } = node;

/** Resolves, by its events, once a session is in one of `states`. */
async function until(id, states) {
  for (;;) {
    let stop;
    const changed = new Promise((resolve) => {
      stop = services.sessions.subscribe(id, ({ to }) => to !== null && resolve());
    });
    const view = await services.sessions.get(id);
    if (!states.includes(view.state)) await changed;
    stop();
    if (states.includes(view.state)) return view;
  }
}

const own = {
  until,
  defects: () => defects,
  info: () => ({ ...services.info, partnerUrl: node.partnerUrl }),
  verify: () => services.context.audit.verify(),
  memory: () => ({ now: process.memoryUsage.rss(), most: 1024 * process.resourceUsage().maxRSS }),
  close: () => node.close(0),
};

process.on('message', async ({ number, path, parameters }) => {
  try {
    const [service, method] = path.split('.');
    const value =
      method === undefined
        ? await own[service](...parameters)
        : await services[service][method](...parameters);
    process.send({ number, value });
  } catch (error) {
    process.send({ number, error: { code: error.code ?? 'internal/defect', message: String(error) } });
  }
});
process.on('disconnect', () => process.exit(1));
process.send({ number: 0, value: own.info() });
