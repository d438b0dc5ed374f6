import 'reflect-metadata';
import { writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import type { KubeClient } from '@interlink/kube';
import { createManualClock, createMetrics, silentLogger, type ManualClock } from '@interlink/runtime';
import { PemConverter, X509CertificateGenerator } from '@peculiar/x509';
import { expect, it } from 'vitest';
import { createFakeInterLink } from '../../test/fake-interlink.ts';
import { temporaryDirectory } from '../../test/virtual-node.ts';
import type { ServingCertificate } from '../certificates/serving-certificate.ts';
import { startKubeletServer, type KubeletServer } from './start-kubelet-server.ts';

const identity = { nodeName: 'n', ipAddresses: ['127.0.0.1'], dnsNames: [] };

/** A client certificate that is its own authority. */
async function caller(name: string): Promise<ServingCertificate> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await globalThis.crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const notAfter = new Date(Date.now() + 3_600_000);
  const life = { notBefore: new Date(Date.now() - 3_600_000), notAfter };
  const made = { name: `CN=${name}`, ...life, keys: keys as never, signingAlgorithm: algorithm };
  const certificate = await X509CertificateGenerator.createSelfSigned(made);
  const key = await globalThis.crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { certificate: certificate.toString('pem'), privateKey: PemConverter.encode(key, 'PRIVATE KEY') };
}

/** A cluster that lets everybody do everything. */
const client: KubeClient = {
  server: 'https://cluster',
  request: <T>() => Promise.resolve({ status: { allowed: true } } as T),
  stream: () => Promise.reject(new Error('not used')),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

function start(clientCaFile: string, clock: ManualClock, signal: AbortSignal): Promise<KubeletServer> {
  return startKubeletServer({
    settings: { host: '127.0.0.1', port: 0, certificate: { kind: 'self-signed' }, clientCaFile },
    ...{ identity, client, clock, signal, logger: silentLogger, metrics: createMetrics() },
    api: createFakeInterLink(),
    pods: { get: () => undefined, list: () => [] },
    node: () => undefined,
  });
}

/** Connections of one caller, kept open between calls as an API server keeps them. */
function keepAlive(
  { certificate, privateKey }: ServingCertificate,
  port: number,
): Disposable & { call(): Promise<number> } {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, cert: certificate, key: privateKey });
  return {
    call: () =>
      new Promise((resolve, reject) => {
        const options = { agent, host: '127.0.0.1', port, path: '/pods', rejectUnauthorized: false };
        request(options, (response) => response.resume().once('end', () => resolve(response.statusCode ?? 0)))
          .once('error', reject)
          .end();
      }),
    [Symbol.dispose]: () => agent.destroy(),
  };
}

it('new authorities of clients count within 10 s, on open connections too', async () => {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, 'clients.crt');
  const [leaver, comer] = [await caller('leaver'), await caller('comer')];
  await writeFile(file, leaver.certificate);
  const clock = createManualClock(Date.now());
  const stop = new AbortController();
  await using server = await start(file, clock, stop.signal);
  using leaving = keepAlive(leaver, server.port);
  using coming = keepAlive(comer, server.port);
  const calls = async (): Promise<readonly number[]> => [await leaving.call(), await coming.call()];
  await expect.poll(calls).toEqual([200, 401]);

  // In the middle of a replacement: the old ones stay.
  await writeFile(file, '');
  await clock.advance(10_000);
  expect(await calls()).toEqual([200, 401]);

  await writeFile(file, comer.certificate);
  await clock.advance(10_000);
  await expect.poll(() => calls().catch(() => [])).toEqual([401, 200]);
  stop.abort();
});
