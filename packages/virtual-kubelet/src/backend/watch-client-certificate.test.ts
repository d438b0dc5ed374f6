import { createLogger, createManualClock, createMetrics } from '@interlink/runtime';
import { expect, it } from 'vitest';
import { createSelfSignedCertificate } from '../certificates/create-self-signed-certificate.ts';
import { watchClientCertificate } from './watch-client-certificate.ts';

const day = 24 * 3_600_000;
const year = 365 * day;
const start = Date.parse('2026-01-01T00:00:00Z');

async function certificateOf(from: number): Promise<string> {
  return (await createSelfSignedCertificate({ nodeName: 'n', ipAddresses: [], dnsNames: [] }, from)).certificate;
}

it('the client certificate of the kubeconfig is warned about until a renewed one is in use, naming the cluster', async () => {
  const lines: string[] = [];
  const logger = createLogger({ name: 'test', destination: { write: (line) => void lines.push(line) } });
  const metrics = createMetrics();
  const clock = createManualClock(start + year - 10 * day);
  let inUse: string | undefined = await certificateOf(start);
  await using _watch = watchClientCertificate(
    { server: 'https://k:6443', clientCertificate: () => inUse },
    { metrics, logger, clock },
  );
  const end = async (): Promise<string | undefined> => {
    await clock.advance(60_000);
    return /kubernetes_client"} (\d+)/.exec(await metrics.registry.metrics())?.[1];
  };
  expect(await end()).toBe(String((start + year) / 1000));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('client certificate of the kubeconfig for https://k:6443');
  expect(lines[0]).toContain('a certificate expires soon; renew it');
  inUse = await certificateOf(start + year - 10 * day);
  await clock.advance(2 * day);
  expect(await end()).toBe(String((start + 2 * year - 10 * day) / 1000));
  expect(lines).toHaveLength(1);
  // Another way to be known, with a token say.
  inUse = undefined;
  expect(await end()).toBeUndefined();
});
