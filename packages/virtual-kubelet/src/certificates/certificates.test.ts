import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../test/virtual-node.ts';
import { createCertificateStore } from './certificate-store.ts';
import { createSelfSignedCertificate } from './create-self-signed-certificate.ts';
import { isRequestOf } from './delete-stale-requests.ts';
import { isUsable, renewalTime } from './judge-certificate.ts';

const identity = { nodeName: 'n', ipAddresses: ['10.0.0.1', 'fd00::1'], dnsNames: ['n.example.org'] };
const now = Date.parse('2026-01-01T00:00:00Z');
const year = 365 * 24 * 3_600_000;

describe('a kept certificate', () => {
  it('is used until four fifths of its life are over', async () => {
    const own = await createSelfSignedCertificate(identity, now);
    expect(isUsable(own, identity, now)).toBe(true);
    expect(renewalTime(own.certificate) - now).toBeGreaterThan(0.79 * year);
    expect(isUsable(own, identity, now + 0.81 * year)).toBe(false);
  });

  it.each([
    ['another node', { ...identity, nodeName: 'm' }],
    ['another address', { ...identity, ipAddresses: ['10.0.0.2'] }],
    ['another name', { ...identity, dnsNames: ['m.example.org'] }],
  ])('is not used for %s', async (_name, other) => {
    expect(isUsable(await createSelfSignedCertificate(identity, now), other, now)).toBe(false);
  });

  it('is not used with the key of another', async () => {
    const [one, two] = [
      await createSelfSignedCertificate(identity, now),
      await createSelfSignedCertificate(identity, now),
    ];
    expect(isUsable({ certificate: one.certificate, privateKey: two.privateKey }, identity, now)).toBe(false);
  });

  it('is kept in a file that only its owner reads', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'deep', 'er');
    const store = createCertificateStore(path);
    expect(await store.load()).toBeUndefined();
    const own = await createSelfSignedCertificate(identity, now);
    await store.save(own);
    expect(isUsable((await store.load())!, identity, now)).toBe(true);
    expect([(await stat(path)).mode & 0o777, (await stat(join(path, 'kubelet-serving.pem'))).mode & 0o777]).toEqual([
      0o700, 0o600,
    ]);
    await writeFile(join(path, 'kubelet-serving.pem'), 'garbage');
    expect(await store.load()).toBeUndefined();
  });
});

it.each([
  ['vk-a-x7k2p', true],
  ['vk-a-b-x7k2p', false],
  ['vk-ab-x7k2p', false],
  ['vk-a-x7k2', false],
  ['other', false],
])('takes the request %s for one of node a: %s', (name, expected) => {
  expect(isRequestOf('a', name)).toBe(expected);
});
