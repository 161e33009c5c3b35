// The rooms of src/ and which way imports may go. A room is entered through its index.ts only.
const rooms = {
  // room: rooms it may import (besides the ground floor: errors, bytes, random)
  // Sentences in English and Dutch, for the pages that people read.
  messages: [],
  identity: [],
  group: [],
  dp: [],
  measurement: ['dp'],
  protocol: ['identity', 'group', 'dp'],
  transport: ['protocol', 'identity', 'group', 'dp'],
  data: ['identity', 'protocol', 'group', 'dp'],
  ledger: ['protocol', 'dp', 'identity', 'group'],
  spool: ['protocol'],
  report: ['messages', 'identity', 'group', 'dp', 'measurement', 'protocol'],
  node: [
    'spool',
    'measurement',
    'transport',
    'data',
    'protocol',
    'ledger',
    'dp',
    'identity',
    'group',
    'report',
  ],
  admin: ['node', 'report', 'ledger', 'protocol', 'transport', 'data', 'dp', 'identity', 'group'],
  // The pages of a browser: their types of the API come from admin, and no code of it.
  console: ['messages', 'report', 'admin'],
  cli: [
    'report',
    'identity',
    'group',
    'dp',
    'measurement',
    'protocol',
    'transport',
    'data',
    'ledger',
    'spool',
    'node',
    'admin',
  ],
};
const ground = '^src/(errors|bytes|random|flat-table|growing|plain-label|loopback)\\.ts$';

const directions = Object.entries(rooms).map(([room, allowed]) => ({
  name: `${room}-imports-down-only`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: {
    path: '^src/',
    pathNot: [`^src/(${[room, ...allowed].join('|')})/`, ground, '^src/system-random\\.ts$'],
  },
}));

// What is slow to load has a door of its own: the schema of a report, which only the API serves, and its page, which
// browsers load without the rest of the room.
const sideDoors = { report: ['report-schema', 'page/index'] };

const doors = Object.keys(rooms).map((room) => ({
  name: `${room}-is-entered-by-its-door`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/${room}/` },
  to: {
    path: `^src/${room}/`,
    pathNot: `^src/${room}/(${['index', ...(sideDoors[room] ?? [])].join('|')})\\.ts$`,
  },
}));

/** The subrooms of node, each entered by its own door. */
const subrooms = [
  'store',
  'audit',
  'ledger',
  'keys',
  'datasets',
  'partners',
  'results',
  'upkeep',
  'tokens',
  'sessions',
  'backup',
].map((subroom) => ({
  name: `node-${subroom}-is-entered-by-its-door`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/node/${subroom}/` },
  to: { path: `^src/node/${subroom}/`, pathNot: `^src/node/${subroom}/index\\.ts$` },
}));

/** One importer for each third-party system. */
const only = (library, importer) => ({
  name: `only-${importer.replace(/[^a-z]+/g, '-')}-imports-${library.replace(/[^a-z]+/g, '-')}`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/${importer}` },
  to: { path: `node_modules/${library}/` },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'ground-floor-imports-nothing-above',
      severity: 'error',
      from: { path: ground },
      to: { path: '^src/', pathNot: ground },
    },
    {
      name: 'pure-rooms-touch-no-system',
      comment: 'protocol, dp, measurement and identity: no file, socket, clock, logger or ambient randomness',
      severity: 'error',
      from: {
        path: '^src/(protocol|dp|measurement|identity|report|messages)/|^src/(errors|bytes|random|flat-table|growing|plain-label)\\.ts$',
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'pure-rooms-take-randomness-by-argument',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^src/system-random\\.ts$' },
    },
    ...directions,
    ...doors,
    ...subrooms,
    {
      name: 'the-console-takes-only-types-of-the-api',
      severity: 'error',
      from: { path: '^src/console/' },
      to: { path: '^src/(admin|node)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'the-page-of-a-report-loads-for-itself',
      comment:
        'Browsers load it, and programs that draw no page start without what draws: the door types it only.',
      severity: 'error',
      from: { path: '^src/report/(?!render-html)[^/]+\\.ts$' },
      to: { path: '^src/report/page/' },
    },
    {
      name: 'the-console-enters-the-report-by-the-page',
      severity: 'error',
      from: { path: '^src/console/' },
      to: { path: '^src/report/index\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    only('@observablehq/plot', 'report/page/'),
    only('@noble/curves', 'group/noble.ts'),
    only('@duckdb', 'data/'),
    only('ws', 'transport/'),
    only('msgpackr', 'protocol/codec/'),
    only('libsql', 'node/store/'),
    only('kysely', 'node/store/'),
    only('croner', '(node|console/pages)/upkeep/'),
    only('fastify', 'admin/'),
    only('@fastify', 'admin/'),
    only('prom-client', 'admin/'),
    only('libphonenumber-js', 'identity/'),
    only('tldts', 'identity/'),
    only('commander', 'cli/'),
    only('yaml', 'cli/'),
    only('intl-messageformat', 'messages/'),
    only('otpauth', 'node/tokens/'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
