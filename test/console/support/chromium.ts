import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Browser } from 'playwright-core';

const CACHE = resolve('node_modules/.cache/vesica');

/** What of a browser is unpacked: the program, its libraries and a font, for machines that have none of these. */
interface Unpacked {
  readonly program: string;
  readonly libraries: string;
  readonly fonts: string;
}

/** A browser that needs nothing of the machine but a C library. Close it when the tests of the file are over. */
export async function launchBrowser(): Promise<Browser> {
  const { program, libraries, fonts } = await unpacked();
  const path = [libraries, process.env['LD_LIBRARY_PATH']].filter((part) => part !== undefined).join(':');
  return chromium.launch({
    executablePath: program,
    env: { ...process.env, LD_LIBRARY_PATH: path, FONTCONFIG_FILE: fonts },
    // Containers allow no sandbox of its own, and have a small /dev/shm.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--font-render-hinting=none'],
  });
}

/**
 * The package unpacks to the folder for temporary files and takes what is there for complete, so two tests that start at the
 * same time would run half a browser. Each unpacks to a folder of its own, therefore, and the first one to finish gives it
 * its name.
 */
async function unpacked(): Promise<Unpacked> {
  const folder = join(CACHE, `chromium-${versionOfPackage()}`);
  if (!existsSync(folder)) {
    mkdirSync(CACHE, { recursive: true });
    const own = mkdtempSync(join(CACHE, 'unpacking-'));
    await unpackTo(own);
    try {
      renameSync(own, folder);
    } catch {
      // Another test was faster.
      rmSync(own, { recursive: true, force: true });
    }
  }
  return {
    program: join(folder, 'chromium'),
    libraries: join(folder, 'al2023', 'lib'),
    fonts: fontsOf(folder),
  };
}

async function unpackTo(folder: string): Promise<void> {
  const script = `
    const { default: chromium } = await import('@sparticuz/chromium');
    await chromium.executablePath();
  `;
  // With the name of the runtime the package brings the libraries that Linux desktops have and containers lack.
  const env = { ...process.env, TMPDIR: folder, AWS_LAMBDA_JS_RUNTIME: 'nodejs22.x' };
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], { env });
}

/** The fonts of the machine, and the one of the package. */
function fontsOf(folder: string): string {
  const file = join(folder, 'fonts.conf');
  if (!existsSync(file)) {
    const text = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${join(folder, 'fonts')}</dir>
  <cachedir>${join(folder, 'fonts-cache')}</cachedir>
</fontconfig>
`;
    const own = `${file}.${process.pid}`;
    writeFileSync(own, text);
    renameSync(own, file);
  }
  return file;
}

function versionOfPackage(): string {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  for (let folder = dirname(entry); ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (!existsSync(file)) continue;
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
    if (name === '@sparticuz/chromium' && version !== undefined) return version;
  }
}
