// A process of its own with a state folder. Arguments: the folder, then what to do.
import { openStore } from '../../../dist/node/store/index.js';

const [folder, action] = process.argv.slice(2);
const say = (text) => process.stdout.write(`${text}\n`);
const setting = (name) => ({ name, value: JSON.stringify('x'.repeat(2000)), updated_at: '2026' });
const settings = async ({ db }) => (await db.selectFrom('settings').select('name').execute()).length;

try {
  const store = await openStore(folder, { now: () => new Date() });
  say('open');
  if (action === 'hold') setInterval(() => undefined, 1000);
  if (action === 'half') {
    await store.transaction((trx) => trx.insertInto('settings').values(setting('whole')).execute());
    await store.transaction(async (trx) => {
      await trx.insertInto('settings').values(setting('half')).execute();
      say('in a transaction');
      await new Promise((resolve) => setTimeout(resolve, 1e6));
    });
  }
  for (let count = 0; action === 'fill'; count += 1) {
    try {
      await store.transaction((trx) =>
        trx
          .insertInto('settings')
          .values(setting(`${count}`))
          .execute(),
      );
    } catch ({ code, message }) {
      say(JSON.stringify({ code, message, kept: (await settings(store)) === count }));
      process.exit(0);
    }
  }
} catch (error) {
  say(String(error.code));
}
