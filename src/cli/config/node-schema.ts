import Type, { type Static } from 'typebox';

/**
 * The shape of a node's configuration file (`node.yaml`; `vesica init` writes one). Unknown keys are refused everywhere.
 * Each key may also come from the environment, see `node-environment.ts`; the description of a key is what
 * `vesica node --variables` says of it. Secrets themselves are never in the file, only where they are.
 */

const strict = { additionalProperties: false } as const;
const path = (description: string) => Type.String({ minLength: 1, maxLength: 4096, description });
const address = (description: string) => Type.String({ minLength: 1, maxLength: 300, description });
const seconds = (maximum: number, description: string) => Type.Number({ minimum: 1, maximum, description });
const share = (description: string) => Type.Number({ exclusiveMinimum: 0, maximum: 1, description });
const count = (maximum: number, description: string) => Type.Integer({ minimum: 1, maximum, description });

const variableName = Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,99}$' });

/** Where a master key comes from. `node-plan.ts` checks that it is one of them. */
const keySource = Type.Object(
  {
    file: Type.Optional(path('file of the master key, readable by its owner only')),
    environment: Type.Optional({ ...variableName, description: 'name of the variable that holds the key' }),
    command: Type.Optional(
      Type.Array(Type.String({ maxLength: 4096 }), {
        minItems: 1,
        maxItems: 32,
        description: 'program and arguments that print the key; run without a shell',
      }),
    ),
  },
  strict,
);

const webhook = Type.Object(
  {
    url: Type.String({ pattern: '^https?://', maxLength: 2000, description: 'where alarms are posted' }),
    secret: Type.Object(
      {
        file: Type.Optional(path('file of the secret that signs alarms, readable by its owner only')),
        environment: Type.Optional({ ...variableName, description: 'name of the variable that holds it' }),
      },
      strict,
    ),
  },
  strict,
);

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
const CONSOLE = ['on', 'off'] as const;
const LOG_FORMATS = ['auto', 'json', 'text'] as const;

export const NODE_SCHEMA = Type.Object(
  {
    party: Type.String({
      pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$',
      description: 'name of this party, shown to partners and used in agreements',
    }),
    identity: path('identity file, as `vesica identity create` makes it'),
    formerIdentityKeys: Type.Optional(
      Type.Array(Type.String({ pattern: '^[0-9a-f]{64}$' }), {
        maxItems: 16,
        description: 'public keys this node had before; what they signed in the audit log stays good',
      }),
    ),
    state: path('folder of the state; for its owner alone'),
    data: Type.Object(
      {
        folders: Type.Array(path('one folder'), {
          maxItems: 64,
          description: 'folders that datasets are read from; nothing is read from elsewhere',
        }),
      },
      strict,
    ),
    masterKey: keySource,
    previousKeys: Type.Optional(
      Type.Array(keySource, {
        maxItems: 8,
        description: 'master keys that still open what was sealed before',
      }),
    ),
    listen: address('where partners connect, host:port'),
    api: Type.Object(
      {
        listen: address('where the admin API listens, host:port'),
        tls: Type.Optional(
          Type.Object(
            {
              certificate: path('PEM certificates of the admin API, its own first'),
              key: path('PEM private key of the admin API, readable by its owner only'),
            },
            strict,
          ),
        ),
        names: Type.Optional(
          Type.Array(Type.String({ pattern: '^[A-Za-z0-9.-]{1,253}$' }), {
            maxItems: 16,
            description: 'host names by which the admin API may be called, beside that of api.listen',
          }),
        ),
        console: Type.Optional(
          Type.Enum(CONSOLE, { description: 'on serves the console for browsers at /console/' }),
        ),
      },
      strict,
    ),
    engine: Type.Optional(
      Type.String({
        pattern: '^[a-z]+(:[a-z0-9-]+)?$',
        description: 'engine to use; the best of the machine unless told',
      }),
    ),
    threads: Type.Optional(count(64, 'worker threads of the engine; all cores unless told')),
    limits: Type.Optional(
      Type.Object(
        {
          openSessions: Type.Optional(count(10_000, 'sessions that have not ended')),
          runningSessions: Type.Optional(count(64, 'sessions that run at once, on each side')),
          memoryMiB: Type.Optional(
            Type.Integer({
              minimum: 256,
              maximum: 1_048_576,
              description:
                'what running sessions take; four equal parts: own and partner’s lists, started here or there',
            }),
          ),
          maxElements: Type.Optional(count(2 ** 32, 'longest list of either side, in match keys')),
        },
        strict,
      ),
    ),
    timeouts: Type.Optional(
      Type.Object(
        {
          offerHours: Type.Optional(
            Type.Number({
              minimum: 0.01,
              maximum: 8760,
              description: 'how long an offer waits for an answer',
            }),
          ),
          idleSeconds: Type.Optional(seconds(86_400, 'how long a partner may be silent in a session')),
          queueSeconds: Type.Optional(seconds(604_800, 'how long an accepted session may wait for its turn')),
          connectRetrySeconds: Type.Optional(seconds(3600, 'longest pause between attempts to connect')),
          shutdownSeconds: Type.Optional(
            seconds(3600, 'how long running sessions may take to end after SIGTERM'),
          ),
        },
        strict,
      ),
    ),
    retention: Type.Optional(
      Type.Object(
        {
          stagedHours: Type.Optional(
            Type.Number({
              minimum: 0.01,
              maximum: 8760,
              description: 'how long a list loaded ahead is kept',
            }),
          ),
        },
        strict,
      ),
    ),
    alarms: Type.Optional(
      Type.Object(
        {
          webhook: Type.Optional(webhook),
          budgetShare: Type.Optional(share('share of a budget that raises an alarm when it is spent')),
          matchRateChange: Type.Optional(share('relative change of a match rate that raises an alarm')),
          listSizeChange: Type.Optional(share("relative change of a list's size that raises an alarm")),
        },
        strict,
      ),
    ),
    log: Type.Optional(
      Type.Object(
        {
          level: Type.Optional(Type.Enum(LOG_LEVELS, { description: 'least severe line that is written' })),
          format: Type.Optional(
            Type.Enum(LOG_FORMATS, { description: 'auto is text on a terminal and JSON elsewhere' }),
          ),
        },
        strict,
      ),
    ),
    backup: Type.Optional(
      Type.Object(
        {
          folder: path('folder in which the running node puts backups'),
          everyHours: Type.Optional(
            Type.Number({ minimum: 0.01, maximum: 8760, description: 'pause between two backups' }),
          ),
          keep: Type.Optional(count(1000, 'how many of them stay')),
        },
        strict,
      ),
    ),
  },
  strict,
);

/** A configuration as written; `NodePlan` is what it means. */
export type NodeFile = Static<typeof NODE_SCHEMA>;
