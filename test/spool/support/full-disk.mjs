// Two parties of one session in this process, over a loopback socket; the initiator's tags go to the folder given.
// Prints how each of them ended. Run under a limit on the size of files, which the system enforces as a full disk.
import { createHash, randomFillSync } from 'node:crypto';
import { chooseEngine, inlineOperations, keyTypeCode } from '../../../dist/group/index.js';
import { NO_ARMS, Session } from '../../../dist/protocol/index.js';
import { spoolIn } from '../../../dist/spool/index.js';
import {
  connectWithRetry,
  driveSession,
  ephemeralIdentity,
  listen,
  verifySignature,
} from '../../../dist/transport/index.js';

const [folder, count] = [process.argv[2], Number(process.argv[3])];
const random = { fill: (target) => void randomFillSync(target) };
const operations = inlineOperations(chooseEngine());
const terms = {
  suite: 'ristretto255-SHA512',
  mode: 'psi',
  initiatorRole: 'both',
  profile: 'uid2',
  keyTypes: ['email'],
  purpose: '',
  disclosure: 'rows',
  epsilon: '1',
  delta: '0.000001',
  measures: [],
  minCell: 0,
  minList: 0,
  shareLabels: true,
  shareResults: true,
  agreement: '',
};

function listFrom(first) {
  const keys = new Uint8Array(32 * count);
  for (let i = 0; i < count; i += 1)
    keys.set(
      createHash('sha256')
        .update(`${first + i}`)
        .digest(),
      32 * i,
    );
  return { batch: { types: new Uint8Array(count).fill(keyTypeCode('email')), keys } };
}

async function party(side, channel, spool) {
  const session = new Session({
    ...{ side, party: side, software: 'test', identity: ephemeralIdentity(), verify: verifySignature },
    ...{
      peerKey: undefined,
      operations,
      random,
      spool,
      terms,
      list: listFrom(side === 'initiator' ? 0 : count / 2),
    },
    inventory: { size: count, dimensions: [], arms: NO_ARMS, cells: [] },
  });
  try {
    const { result } = await driveSession(session, channel, { idleTimeoutMs: 60_000 });
    return { matched: result.matched.length };
  } catch ({ code, message }) {
    return { code, message };
  }
}

const listener = await listen({ host: '127.0.0.1', port: 0 });
const calling = connectWithRetry({ url: listener.url, deadlineMs: 30_000 });
const [called, caller] = [await listener.next(), await calling];
const spool = spoolIn(folder, random, () => 0);
const [initiator, responder] = await Promise.all([
  party('initiator', caller, spool),
  party('responder', called, undefined),
]);
await listener.close();
process.stdout.write(JSON.stringify({ initiator, responder }));
