import { once } from 'node:events';
import {
  connect as tlsConnect,
  createServer as createTlsServer,
  type ConnectionOptions,
  type TlsOptions,
  type TLSSocket,
} from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { selfSignedCertificate } from '../../src/transport/certificate.js';
import { NodeIdentity, tlsCredentials } from '../../src/transport/identity.js';
import { connect, createIdentity, type ListenOptions, type Listener } from '../../src/transport/index.js';
import { requirePeer } from '../../src/transport/peer-check.js';
import { EC_CERTIFICATE, EC_KEY } from './foreign-certificate.js';
import {
  advertiser,
  closed,
  drain,
  expectFailure,
  impostor,
  openListener,
  portOf,
  publisher,
  rawServer,
  refusals,
} from './support.js';

const publisherListens = { identity: publisher, peerFingerprint: advertiser.fingerprint };
const advertiserConnects = { identity: advertiser, peerFingerprint: publisher.fingerprint };

/** A TLS client with none of Vesica's rules. */
function rawTlsClient(listener: Listener, options: ConnectionOptions): TLSSocket {
  const socket = tlsConnect({
    host: '127.0.0.1',
    port: listener.address.port,
    rejectUnauthorized: false,
    ...options,
  });
  socket.on('error', () => undefined);
  onTestFinished(() => {
    socket.destroy();
  });
  return socket;
}

/** A TLS server with none of Vesica's rules; gives what each client sends after the handshake. */
async function rawTlsServer(credentials: {
  key: string;
  cert: string;
}): Promise<{ url: string; received: Promise<string> }> {
  const server = createTlsServer({ ...credentials, requestCert: true, rejectUnauthorized: false });
  onTestFinished(() => {
    server.close();
  });
  const received = new Promise<string>((resolve) => {
    // The client may be gone before the server has finished its side of the handshake.
    server.once('tlsClientError', () => resolve(''));
    server.once('secureConnection', (socket) => {
      let text = '';
      socket.on('error', () => undefined);
      socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
      socket.on('close', () => resolve(text));
    });
  });
  return { url: `wss://127.0.0.1:${await portOf(server)}`, received };
}

/** That the first connection a listener yields is the right partner's, whatever came before. */
async function expectOnlyPartner(listener: Listener, first: ReturnType<Listener['next']>): Promise<void> {
  const channel = await connect({ ...advertiserConnects, url: listener.url });
  const taken = await first;
  expect(taken.peerKey).toStrictEqual(advertiser.publicKey);
  void channel.close(1000, '');
  expect(await drain(taken)).toStrictEqual([]);
}

describe('a listener with TLS', () => {
  async function setUp(options: Partial<ListenOptions> = publisherListens): Promise<{
    listener: Listener;
    first: ReturnType<Listener['next']>;
    refused: () => Promise<{ code: string; message: string }>;
  }> {
    const { onRefused, next } = refusals();
    const listener = await openListener({ ...options, onRefused });
    const first = listener.next();
    // Tests that need no connection leave it to the end of the listener.
    first.catch(() => undefined);
    return { listener, first, refused: next };
  }

  it('refuses a client with another key, of the same name, and both sides say so', async () => {
    const { listener, first, refused } = await setUp();
    const connecting = connect({ ...advertiserConnects, identity: impostor, url: listener.url });
    const error = await expectFailure(connecting, 'transport/wrong-peer');
    expect(error.reportedBy).toBe('peer');
    const refusal = await refused();
    expect(refusal.code).toBe('transport/wrong-peer');
    expect(refusal.message).toContain(impostor.fingerprint);
    await expectOnlyPartner(listener, first);
  });

  it('reads no HTTP and no frame of a client with another key', async () => {
    const { listener, first, refused } = await setUp();
    const { key, cert } = tlsCredentials(impostor);
    const ws = new WebSocket(listener.url, ['vesica.v1'], { key, cert, rejectUnauthorized: false });
    const [error] = (await once(ws, 'error')) as [Error];
    expect(error.message).toContain('403');
    expect((await refused()).code).toBe('transport/wrong-peer');

    // Nothing, either, of one that sends before it is asked: the answer is the same to any bytes.
    const socket = rawTlsClient(listener, { key, cert });
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    await once(socket, 'secureConnect');
    socket.write('\x00\x01 not HTTP');
    await closed(socket);
    expect(answer).toBe('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    await expectOnlyPartner(listener, first);
  });

  it('refuses a client without a certificate, and one with a key of another type', async () => {
    const { listener, first, refused } = await setUp({ identity: publisher, accept: () => true });
    for (const credentials of [{}, { key: EC_KEY, cert: EC_CERTIFICATE }]) {
      const ws = new WebSocket(listener.url, ['vesica.v1'], { ...credentials, rejectUnauthorized: false });
      const [error] = (await once(ws, 'error')) as [Error];
      expect(error.message).toContain('403');
      const refusal = await refused();
      expect(refusal.code).toBe('transport/wrong-peer');
      expect(refusal.message).toContain('no certificate with an Ed25519 key');
    }
    await expectOnlyPartner(listener, first);
  });

  it('refuses TLS 1.2', async () => {
    const { listener, first, refused } = await setUp();
    const credentials = tlsCredentials(advertiser);
    const socket = rawTlsClient(listener, { ...credentials, maxVersion: 'TLSv1.2' });
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
    expect((await refused()).code).toBe('transport/handshake-failed');
    await expectOnlyPartner(listener, first);
  });

  it('asks its own rule about the key, and refuses when the rule throws', async () => {
    const asked: Uint8Array[] = [];
    const accept = (publicKey: Uint8Array): boolean => {
      asked.push(publicKey);
      if (asked.length === 1) throw new Error('a defect in the rule');
      return asked.length === 3;
    };
    const { listener, first, refused } = await setUp({ identity: publisher, accept });
    await expectFailure(connect({ ...advertiserConnects, url: listener.url }), 'transport/wrong-peer');
    expect((await refused()).code).toBe('internal/defect');
    await expectFailure(connect({ ...advertiserConnects, url: listener.url }), 'transport/wrong-peer');
    await expectOnlyPartner(listener, first);
    expect(asked).toStrictEqual(Array(3).fill(advertiser.publicKey));
  });

  it('wants both the fingerprint and the rule to agree', async () => {
    const { listener } = await setUp({ ...publisherListens, accept: () => false });
    await expectFailure(connect({ ...advertiserConnects, url: listener.url }), 'transport/wrong-peer');
  });

  it('resumes no session: every connection proves its key again', async () => {
    const { listener } = await setUp();
    const first = rawTlsClient(listener, tlsCredentials(advertiser));
    const [session] = (await once(first, 'session')) as [Buffer];
    first.destroy();
    const second = rawTlsClient(listener, { ...tlsCredentials(advertiser), session });
    await once(second, 'secureConnect');
    expect(second.isSessionReused()).toBe(false);
  });

  it('takes a certificate that someone else signed, if the key in it is the pinned one', async () => {
    const authority = createIdentity('authority');
    const der = selfSignedCertificate('advertiser', advertiser.publicKey, (part) => authority.sign(part));
    const pem = `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE-----\n`;
    const issued = new NodeIdentity(tlsCredentials(advertiser).key, [pem, authority.certificatePem]);
    const { listener, first } = await setUp();
    const channel = await connect({ ...advertiserConnects, identity: issued, url: listener.url });
    expect((await first).peerKey).toStrictEqual(advertiser.publicKey);
    await channel.close(1000, '');
  });

  it('refuses a plain client', async () => {
    const { listener, first, refused } = await setUp();
    const connecting = connect({ url: listener.url.replace('wss:', 'ws:') });
    await expectFailure(connecting, 'transport/handshake-failed');
    expect((await refused()).code).toBe('transport/handshake-failed');
    await expectOnlyPartner(listener, first);
  });
});

describe('a client with TLS', () => {
  it('sends nothing to a server with another key, of the same name', async () => {
    const { url, received } = await rawTlsServer(tlsCredentials(impostor));
    const error = await expectFailure(connect({ ...advertiserConnects, url }), 'transport/wrong-peer');
    expect(error.message).toContain(impostor.fingerprint);
    expect(error.reportedBy).toBe('self');
    expect(await received).toBe('');
  });

  it('sends nothing to a server with a key of another type', async () => {
    const { url, received } = await rawTlsServer({ key: EC_KEY, cert: EC_CERTIFICATE });
    await expectFailure(connect({ ...advertiserConnects, url }), 'transport/wrong-peer');
    expect(await received).toBe('');
  });

  it('refuses a server that speaks TLS 1.2 at most', async () => {
    const server = createTlsServer({ ...tlsCredentials(publisher), maxVersion: 'TLSv1.2' });
    server.on('tlsClientError', () => undefined);
    onTestFinished(() => {
      server.close();
    });
    const url = `wss://127.0.0.1:${await portOf(server)}`;
    await expectFailure(connect({ ...advertiserConnects, url }), 'transport/handshake-failed');
  });

  it('refuses a plain listener', async () => {
    const { onRefused, next } = refusals();
    const listener = await openListener({ onRefused });
    const url = listener.url.replace('ws:', 'wss:');
    await expectFailure(connect({ ...advertiserConnects, url }), 'transport/handshake-failed');
    expect((await next()).code).toBe('transport/handshake-failed');
  });

  it('sends no host name in clear', async () => {
    let hello = Buffer.alloc(0);
    const port = await rawServer((socket) => {
      socket.once('data', (chunk) => {
        hello = chunk;
        socket.destroy();
      });
    });
    const url = `wss://localhost:${port}`;
    await expectFailure(connect({ ...advertiserConnects, url }), 'transport/handshake-failed');
    expect(hello.length).toBeGreaterThan(100);
    expect(hello.includes('localhost')).toBe(false);
  });
});

describe('the check of a peer', () => {
  /** A server with no rules, and a way to reach it with none. */
  async function openServer(
    options: TlsOptions = {},
  ): Promise<(more?: ConnectionOptions) => Promise<TLSSocket>> {
    const credentials = tlsCredentials(publisher);
    const server = createTlsServer({
      ...credentials,
      ...options,
      requestCert: true,
      rejectUnauthorized: false,
    });
    onTestFinished(() => {
      server.close();
    });
    const port = await portOf(server);
    return async (more = {}) => {
      const own = { ...tlsCredentials(advertiser), host: '127.0.0.1', port, rejectUnauthorized: false };
      const socket = tlsConnect({ ...own, ...more });
      socket.on('error', () => undefined);
      onTestFinished(() => {
        socket.destroy();
      });
      await once(socket, 'secureConnect');
      return socket;
    };
  }

  it('refuses a resumed session even where the other end offers one', async () => {
    const open = await openServer();
    const first = await open();
    const [session] = (await once(first, 'session')) as [Buffer];
    expect(requirePeer(first, () => true)).toStrictEqual(publisher.publicKey);
    const resumed = await open({ session });
    expect(resumed.isSessionReused()).toBe(true);
    expect(() => requirePeer(resumed, () => true)).toThrow(
      expect.objectContaining({ code: 'transport/handshake-failed' }),
    );
  });

  it('refuses TLS 1.2 even where the settings allowed it', async () => {
    const open = await openServer({ maxVersion: 'TLSv1.2' });
    const socket = await open();
    expect(socket.getPeerX509Certificate()?.publicKey.asymmetricKeyType).toBe('ed25519');
    expect(() => requirePeer(socket, () => true)).toThrow(
      expect.objectContaining({ code: 'transport/handshake-failed' }),
    );
  });
});
