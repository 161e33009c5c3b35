/**
 * Builds the native engine when npm installs the package, if it can be built here.
 *
 * The engine is optional: whatever goes wrong, this script exits with 0 and says in one line that the WebAssembly engine
 * serves instead. The output of the build goes to build/install.log beside this file.
 *
 * VESICA_SKIP_NATIVE=1 leaves the engine out on purpose.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const BUILD = join(HERE, 'build');
const LOG = join(BUILD, 'install.log');
const BUILD_TIMEOUT_MS = 10 * 60 * 1000;

/** Thrown when the engine cannot be built; the message is the reason shown to the user. */
class NotBuilt extends Error {}

function isOnPath(program) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}

/** The reasons that need no attempt, so that a machine without a compiler loses no time. */
function refuseEarly() {
  if (process.env.VESICA_SKIP_NATIVE === '1') throw new NotBuilt('VESICA_SKIP_NATIVE is set');
  if (process.arch !== 'x64') throw new NotBuilt(`there is no variant for ${process.arch}`);
  if (process.platform === 'win32') throw new NotBuilt('Windows is not supported');
  const compiler = process.env.CC?.trim().split(/\s+/)[0];
  if (![compiler, 'cc', 'gcc', 'clang'].some((name) => name && (existsSync(name) || isOnPath(name))))
    throw new NotBuilt('no C compiler is on PATH');
  for (const tool of ['make', 'python3']) if (!isOnPath(tool)) throw new NotBuilt(`${tool} is not on PATH`);
}

/** npm names the node-gyp it ships; otherwise look beside this package and beside npm itself. */
function findNodeGyp() {
  const candidates = [process.env.npm_config_node_gyp];
  if (process.env.npm_execpath)
    candidates.push(join(dirname(process.env.npm_execpath), '../node_modules/node-gyp/bin/node-gyp.js'));
  const prefix = dirname(dirname(process.execPath));
  candidates.push(join(prefix, 'lib/node_modules/npm/node_modules/node-gyp/bin/node-gyp.js'));
  try {
    candidates.unshift(createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js'));
  } catch {
    // Not a dependency here: npm's own copy will do.
  }
  const found = candidates.find((path) => path && existsSync(path));
  if (found === undefined) throw new NotBuilt('node-gyp was not found');
  return found;
}

/**
 * The folder whose include/node holds the headers of this very Node.js. Most installations carry them; using them spares
 * node-gyp a download, which would fail offline.
 */
function localHeaders() {
  const prefix = dirname(dirname(process.execPath));
  try {
    const text = readFileSync(join(prefix, 'include/node/node_version.h'), 'utf8');
    const part = (name) => new RegExp(`#define NODE_${name}_VERSION (\\d+)`).exec(text)?.[1];
    const version = `v${part('MAJOR')}.${part('MINOR')}.${part('PATCH')}`;
    return version === process.version ? prefix : undefined;
  } catch {
    return undefined;
  }
}

/** The most telling line of a failed build: the last one that names an error. */
function lastError(log) {
  const lines = log
    .split('\n')
    .filter((line) => /error/i.test(line) && !/not ok|gyp ERR! (cwd|node|command)/.test(line));
  return (lines.find((line) => /: error:/.test(line)) ?? lines[0] ?? 'unknown error').trim().slice(0, 160);
}

function build() {
  const headers = localHeaders();
  const args = [findNodeGyp(), 'rebuild', ...(headers ? [`--nodedir=${headers}`] : [])];
  rmSync(BUILD, { recursive: true, force: true });
  const result = spawnSync(process.execPath, args, {
    cwd: HERE,
    encoding: 'utf8',
    timeout: BUILD_TIMEOUT_MS,
  });
  const log = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error ? `${result.error.message}\n` : ''}`;
  mkdirSync(BUILD, { recursive: true });
  writeFileSync(LOG, log);
  if (result.status !== 0) throw new NotBuilt(`${lastError(log)} (log: ${relative(process.cwd(), LOG)})`);
}

/** The addon must load and offer a variant; a build for the wrong C library, for instance, does not load. */
function check() {
  const { kernels } = createRequire(import.meta.url)('./build/Release/vesica.node');
  return kernels.map((kernel) => kernel.variant);
}

try {
  refuseEarly();
  build();
  const variants = check();
  console.log(
    variants.length > 0
      ? `vesica: native engine built (${variants.join(', ')})`
      : 'vesica: native engine built, but this processor has none of its instruction sets; the WebAssembly engine serves',
  );
} catch (error) {
  const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
  console.log(`vesica: native engine not built: ${reason}; the WebAssembly engine serves`);
}
