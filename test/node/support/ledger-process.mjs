// A process of its own with a node's ledger. Arguments: the state folder, the identity file, what to do.
import { costOfLoss, parseDecimal } from '../../../dist/dp/index.js';
import { openNodeLedger } from '../../../dist/node/ledger/index.js';
import { openStore } from '../../../dist/node/store/index.js';
import { systemRandom } from '../../../dist/system-random.js';
import { loadIdentity } from '../../../dist/transport/index.js';

const [folder, identity, stage] = process.argv.slice(2);
const now = () => new Date();
const plain = { seal: (bytes) => bytes, open: (bytes) => bytes };
const stop = (text) => {
  process.stdout.write(`${text}\n`);
  return new Promise((resolve) => setTimeout(resolve, 1e6));
};

const store = await openStore(folder, { now });
const ledger = await openNodeLedger(store, {
  now,
  random: systemRandom,
  cipher: plain,
  identity: await loadIdentity(identity),
});
const keys = new Uint8Array(32 * 100);
for (let i = 0; i < 100; i += 1) keys[32 * i] = i + 1;
const input = await ledger.input({ batch: { types: new Uint8Array(100).fill(1), keys } });
const session = ledger.forSession({
  partner: 'acme',
  lineage: 'customers',
  limit: { epsilon: '1', delta: '1e-6' },
  input,
  onUnanswered: 'charge',
});
if (stage === 'open') await stop('open');
for (let count = 1; stage === 'loop'; count += 1) {
  const small = costOfLoss({ epsilon: parseDecimal('0.0001'), delta: parseDecimal('0') });
  await (await session.reserve(new Uint8Array(32).fill(1), small)).commit();
  process.stdout.write(`${count}\n`);
}
const cost = costOfLoss({ epsilon: parseDecimal('0.75'), delta: parseDecimal('0') });
const reservation = await session.reserve(new Uint8Array(32).fill(7), cost);
if (stage === 'reserved') await stop('reserved');
await reservation.commit();
if (stage === 'committed') await stop('committed');
await reservation.finish('{"answer":1}');
await stop('finished');
