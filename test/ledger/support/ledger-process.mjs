// A process of its own with a ledger file. Arguments: the path, then what to do.
import { openLedgerFile } from '../../../dist/ledger/index.js';

const [path, action, startsAt] = process.argv.slice(2);
const say = (text) => process.stdout.write(`${text}\n`);
const stayAlive = () => setInterval(() => undefined, 1000);
const epsilon = { numerator: 1n, denominator: 1000n };
const cost = {
  rho: { numerator: 1n, denominator: 2_000_000n },
  epsilon,
  delta: { numerator: 0n, denominator: 1n },
};
const request = new Uint8Array(32).fill(7);

try {
  // Processes that are to meet wait for one moment; starting takes them longer than anything they race for.
  while (startsAt !== undefined && Date.now() < Number(startsAt));
  const ledger = await openLedgerFile(path, {
    partner: 'ab'.repeat(32),
    limit: { epsilon: '20', delta: '1e-6' },
    now: () => new Date(),
  });
  say('open');
  if (action === 'hold') stayAlive();
  if (action === 'commit') {
    await (await ledger.reserve(request, cost)).commit();
    say('committed');
    stayAlive();
  }
  if (action === 'fill') {
    for (let commits = 0; ; commits += 1) {
      const reservation = await ledger.reserve(request, cost);
      await reservation.commit().catch(async (error) => {
        const again = await reservation.commit().catch((second) => second.code);
        const { spent } = ledger.statement();
        say(
          JSON.stringify({
            commits,
            code: error.code,
            message: error.message,
            again,
            sessions: spent.sessions,
          }),
        );
        await ledger.close();
        process.exit(0);
      });
    }
  }
} catch (error) {
  say(String(error.code));
}
