import { stringify } from 'yaml';

/** What `vesica init` is told. */
export interface NodeSettings {
  readonly party: string;
  readonly listen: string;
  readonly api: string;
  /** Path of the master key, relative to the configuration or absolute. */
  readonly masterKey: string;
  /** Folders that datasets are read from, relative to the configuration or absolute. */
  readonly dataFolders: readonly string[];
}

/** Names of what `vesica init` makes. */
export const NODE_FILES = {
  configuration: 'node.yaml',
  identity: 'node.id',
  masterKey: 'master.key',
  state: 'state',
  data: 'data',
} as const;

const quoted = (text: string): string => stringify(text).trimEnd();

/** A complete configuration, every key in it: those that have a default stand in comments with it. */
export function nodeYaml({ party, listen, api, masterKey, dataFolders }: NodeSettings): string {
  return `# Configuration of a Vesica node. Start it with: vesica node --config ${NODE_FILES.configuration}
#
# Relative paths are taken from this file's folder. A key in a comment shows its default. Every key can be overridden by an
# environment variable: api.listen by VESICA_NODE_API_LISTEN; vesica node --variables lists them. No secret is in this file.

party: ${quoted(party)}             # this party's name, in agreements and to partners
identity: ${NODE_FILES.identity}          # the key by which partners know this node; keep a copy, it cannot be made again
state: ${NODE_FILES.state}              # partners, agreements, sessions, ledger, audit log; sealed lists

# The folders that datasets are read from, by files and by SQL, with all that is in them; nothing is read from elsewhere. None
# may hold the state, a key, the identity or this file: who defines datasets could read it. [] reads nothing.
data:
  folders:
${dataFolders.map((folder) => `    - ${quoted(folder)}`).join('\n')}

# The key that seals what is on the disk, from one of: a file of the owner alone, an environment variable, a command.
# Whoever has it and the state can read the lists in it, so keep it in another place, and out of backups.
masterKey:
  file: ${quoted(masterKey)}
  # environment: VESICA_MASTER_KEY
  # command: [pass, show, vesica]
# previousKeys: [{ file: old.key }]   # keys that were replaced, until vesica keys rotate has run

# Where partners connect: TLS, and only partners whose fingerprint is registered. Other machines need another address
# than 127.0.0.1.
listen: ${quoted(listen)}

# The admin API, and the console for browsers at /console/. Without TLS it listens on this machine only.
api:
  listen: ${quoted(api)}
  # tls: { certificate: api.crt, key: api.key }
  # names: [vesica.example]       # other host names by which it may be called, for example behind a proxy
  # console: on                   # off serves no pages and lets nobody log in; the API stays

# engine: native                  # native, wasm or noble; the best of the machine unless told
# threads: 8                      # worker threads of the engine; all cores unless told

# limits:
#   openSessions: 50              # sessions that have not ended; a further one is refused
#   runningSessions: 4            # sessions that run at once, of those each side started
#   memoryMiB: 2048               # what running sessions may take, a quarter of it for the longest list; others wait
#   maxElements: 100000000        # longest list of either side, in match keys; the protocol's limit unless told

# timeouts:
#   offerHours: 72                # how long an offer waits for approval
#   idleSeconds: 600              # how long a partner may be silent in a session
#   queueSeconds: 3600            # how long an accepted session may wait for its turn
#   connectRetrySeconds: 30       # longest pause between attempts to reach a partner
#   shutdownSeconds: 30           # how long running sessions may take to end once the node is told to stop

# retention:
#   stagedHours: 24               # how long a list that was loaded ahead of a session stays on the disk, sealed

# alarms:
#   webhook:                      # alarms are posted there, signed with HMAC-SHA-256
#     url: https://alerts.example/vesica
#     secret: { file: webhook.secret }   # or { environment: VESICA_WEBHOOK_SECRET }; at least 16 characters
#   budgetShare: 0.8              # share of a budget that raises an alarm when it is spent
#   matchRateChange: 0.5          # relative change of a match rate
#   listSizeChange: 0.5           # relative change of a list's size

# log:
#   level: info                   # debug, info, warn or error
#   format: auto                  # json, text, or auto: text on a terminal and JSON elsewhere

# backup:                         # the running node backs itself up; SIGUSR2 asks for one at once
#   folder: backups
#   everyHours: 24
#   keep: 7

# formerIdentityKeys: []          # public keys (64 digits) that this node had before, for the audit log
`;
}
