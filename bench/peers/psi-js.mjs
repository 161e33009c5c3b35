// Both parties of one PSI by @openmined/psi.js in this process, on lists of the session benchmark. Prints JSON.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';

const { size, common } = JSON.parse(process.argv[2]);
const psi = await createRequire(import.meta.url)('@openmined/psi.js')();

/** The keys of the session benchmark as hexadecimal text, which is what the library takes. */
const list = (first) =>
  Array.from({ length: size }, (_, i) =>
    createHash('sha256')
      .update(`person ${first + i}`)
      .digest('hex'),
  );
const [own, other] = [list(0), list(size - common)];

const begin = performance.now();
const before = process.cpuUsage();
const server = psi.server.createWithNewKey(true);
const client = psi.client.createWithNewKey(true);
const setup = server.createSetupMessage(0, size, other, psi.dataStructure.Raw);
const request = client.createRequest(own);
const response = server.processRequest(request);
const matched = client.getIntersection(setup, response).length;
const { user, system } = process.cpuUsage(before);
process.stdout.write(
  JSON.stringify({
    matched,
    wallSeconds: (performance.now() - begin) / 1000,
    coreSeconds: (user + system) / 1e6,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
    bytes: [setup, request, response].reduce((sum, message) => sum + message.serializeBinary().length, 0),
  }),
);
