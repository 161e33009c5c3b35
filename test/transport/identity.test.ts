import { createHash, X509Certificate } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { fromHex, toHex, utf8 } from '../../src/bytes.js';
import { tlsCredentials } from '../../src/transport/identity.js';
import {
  createIdentity,
  ephemeralIdentity,
  fingerprint,
  loadIdentity,
  parseFingerprint,
  saveIdentity,
  verifySignature,
} from '../../src/transport/index.js';
import { EC_CERTIFICATE, EC_KEY } from './foreign-certificate.js';
import { expectFailure, publisher } from './support.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vesica-identity-'));
  onTestFinished(() => rm(folder, { recursive: true }));
});

describe('an identity', () => {
  it('signs with Ed25519: RFC 8032 §7.1, test 3', () => {
    const publicKey = fromHex('fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025')!;
    const signature = fromHex(
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac' +
        '18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
    )!;
    expect(verifySignature(publicKey, Uint8Array.of(0xaf, 0x82), signature)).toBe(true);
    expect(verifySignature(publicKey, Uint8Array.of(0xaf, 0x83), signature)).toBe(false);
  });

  it('signs what only its own public key verifies', () => {
    const other = ephemeralIdentity();
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.nat(63),
        fc.integer({ min: 1, max: 255 }),
        (message, at, flip) => {
          for (const identity of [publisher, other]) {
            const signature = identity.sign(message);
            expect(signature).toHaveLength(64);
            expect(verifySignature(identity.publicKey, message, signature)).toBe(true);
            expect(verifySignature(identity.publicKey, Uint8Array.of(...message, 0), signature)).toBe(false);
            signature[at]! ^= flip;
            expect(verifySignature(identity.publicKey, message, signature)).toBe(false);
          }
          expect(verifySignature(other.publicKey, message, publisher.sign(message))).toBe(false);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('says false, and does not throw, for keys and signatures of any length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), fc.uint8Array({ maxLength: 70 }), (key, signature) => {
        expect(verifySignature(key, utf8('message'), signature)).toBe(false);
      }),
    );
  });

  it('has a certificate of its key that verifies under it, has no end and names no authority', () => {
    const certificate = new X509Certificate(createIdentity('Zoë, "ACME" = 1/2').certificatePem);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.publicKey.asymmetricKeyType).toBe('ed25519');
    expect(certificate.issuer).toBe(certificate.subject);
    expect(certificate.ca).toBe(false);
    expect(new Date(certificate.validTo).getUTCFullYear()).toBe(9999);
    expect(certificate.keyUsage).toStrictEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
    expect(certificate.toLegacyObject().subject.CN).toBe('Zoë, "ACME" = 1/2');
  });

  it.each(['', 'x'.repeat(65), 'a\nb', 'a\u0000', 'a\u202eb'])('refuses the name %j', (name) => {
    expect(() => createIdentity(name)).toThrow(expect.objectContaining({ code: 'config/invalid' }));
  });

  it('never shows its private key', () => {
    const { key } = tlsCredentials(publisher);
    const der = Buffer.from(key.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    const seed = der.subarray(-32);
    const shown = [
      inspect(publisher, { depth: 9, showHidden: true, getters: true }),
      JSON.stringify(publisher),
      inspect(structuredClone(publisher), { depth: 9 }),
      JSON.stringify(Object.values(publisher)),
    ].join('\n');
    for (const secret of [
      key,
      seed.toString('base64'),
      seed.toString('hex'),
      der.toString('base64').slice(8, 40),
    ]) {
      expect(shown).not.toContain(secret);
    }
    expect(shown).not.toContain('PRIVATE');
    expect(JSON.parse(JSON.stringify(publisher))).toStrictEqual({ fingerprint: publisher.fingerprint });
  });
});

describe('a fingerprint', () => {
  it('is the SHA-256 of the DER public key, as other tools print it', () => {
    const spki = new X509Certificate(publisher.certificatePem).publicKey.export({
      type: 'spki',
      format: 'der',
    });
    expect(fingerprint(publisher.publicKey)).toBe(
      `sha256:${createHash('sha256').update(spki).digest('hex')}`,
    );
    // RFC 8410 §10.1, the example key; digest by openssl.
    const example = fromHex('19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1')!;
    expect(fingerprint(example)).toBe(
      'sha256:a1e9156054e04fac899ae9f275132cdc07a5dbc4ea2c2ad3a1ffc6e0d253681f',
    );
  });

  it('is read in either case, with blanks around it', () => {
    const text = publisher.fingerprint;
    expect(parseFingerprint(` ${text.toUpperCase()}\n`)).toBe(text);
  });

  it.each([
    '',
    'sha256:',
    'sha256:12',
    `sha256:${'g'.repeat(64)}`,
    'a'.repeat(64),
    `sha256:${'a'.repeat(65)}`,
  ])('is refused when it is %j', (text) => {
    expect(() => parseFingerprint(text)).toThrow(
      expect.objectContaining({ code: 'config/invalid', field: 'tls.peer' }),
    );
  });
});

describe('an identity file', () => {
  const at = (name: string): string => join(folder, name);

  it('gives the same identity back, is for its owner only, and leaves nothing else', async () => {
    await saveIdentity(publisher, at('publisher.id'));
    const loaded = await loadIdentity(at('publisher.id'));
    expect(loaded.publicKey).toStrictEqual(publisher.publicKey);
    expect(loaded.certificatePem).toBe(publisher.certificatePem);
    expect(verifySignature(publisher.publicKey, utf8('m'), loaded.sign(utf8('m')))).toBe(true);
    expect((await stat(at('publisher.id'))).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toStrictEqual(['publisher.id']);
  });

  it('is never overwritten', async () => {
    await saveIdentity(publisher, at('node.id'));
    const error = await expectFailure(
      saveIdentity(createIdentity('other'), at('node.id')),
      'output/unwritable',
    );
    expect(error.message).toContain('exists already');
    expect((await loadIdentity(at('node.id'))).fingerprint).toBe(publisher.fingerprint);
    // Nor is what a dangling link points to.
    await symlink(at('elsewhere'), at('link'));
    await expectFailure(saveIdentity(publisher, at('link')), 'output/unwritable');
    expect(await readdir(folder)).toStrictEqual(['link', 'node.id']);
  });

  it('is refused where the folder does not exist', async () => {
    await expectFailure(saveIdentity(publisher, at('nowhere/node.id')), 'output/unwritable');
  });

  it.each([0o640, 0o604, 0o620, 0o602])('is refused with mode %o', async (mode) => {
    await saveIdentity(publisher, at('node.id'));
    await chmod(at('node.id'), mode);
    const error = await expectFailure(loadIdentity(at('node.id')), 'config/unreadable');
    expect(error.message).toContain('chmod 600');
  });

  it('is refused when it is absent, a folder, a pipe or huge', async () => {
    await expectFailure(loadIdentity(at('absent')), 'config/unreadable');
    await expectFailure(loadIdentity(folder), 'config/unreadable');
    execFileSync('mkfifo', ['-m', '600', at('pipe')]);
    await expectFailure(loadIdentity(at('pipe')), 'config/unreadable');
    await writeFile(at('huge'), Buffer.alloc(70_000, 'a'), { mode: 0o600 });
    await expectFailure(loadIdentity(at('huge')), 'config/unreadable');
  });

  it('is refused with any other content, and the error does not quote it', async () => {
    const { key, cert } = tlsCredentials(publisher);
    const other = tlsCredentials(createIdentity('other'));
    const encrypted = key.replaceAll('PRIVATE KEY', 'ENCRYPTED PRIVATE KEY');
    const garbled = key.replace(/\n[A-Za-z0-9+/=]{20}/, '\nAAAAAAAAAAAAAAAAAAAA');
    const contents = {
      empty: '',
      binary: '\u0000\u0001\u0002',
      keyOnly: key,
      certificateOnly: cert,
      twoKeys: key + other.key + cert,
      othersCertificate: key + other.cert,
      encrypted: encrypted + cert,
      garbledKey: garbled + cert,
      garbledCertificate: key + cert.replace(/\n[A-Za-z0-9+/=]{20}/, '\nAAAAAAAAAAAAAAAAAAAA'),
      anotherBlock: `${key}${cert}-----BEGIN DH PARAMETERS-----\nAAAA\n-----END DH PARAMETERS-----\n`,
      ecdsa: EC_KEY + EC_CERTIFICATE,
      ecdsaCertificate: key + EC_CERTIFICATE,
    };
    for (const [name, text] of Object.entries(contents)) {
      await writeFile(at(name), text, { mode: 0o600 });
      const error = await expectFailure(loadIdentity(at(name)), 'config/invalid');
      expect(error.field, name).toBe('tls.identity');
      expect(inspect(error)).not.toContain(key.split('\n')[1]);
    }
  });

  it('may hold the certificates of an authority after its own', async () => {
    const { key, cert } = tlsCredentials(publisher);
    const text = `# publisher\n${cert}${tlsCredentials(createIdentity('authority')).cert}${key}`;
    await writeFile(at('chain.id'), text, { mode: 0o600 });
    const loaded = await loadIdentity(at('chain.id'));
    expect(loaded.fingerprint).toBe(publisher.fingerprint);
    expect(loaded.certificatePem.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  });

  it('holds the key as PKCS#8', async () => {
    await saveIdentity(publisher, at('node.id'));
    const text = await readFile(at('node.id'), 'utf8');
    const der = Buffer.from(text.split('-----')[2]!, 'base64');
    expect(toHex(der.subarray(0, 16))).toBe('302e020100300506032b657004220420');
  });
});
