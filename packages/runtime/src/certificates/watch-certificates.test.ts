import { describe, expect, it } from 'vitest';
import { createLogger } from '../log/logger.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { createManualClock, type ManualClock } from '../time/manual-clock.ts';
import { dayCertificate, yearCertificate } from './__fixtures__/certificates.ts';
import type { CertificateUse } from './certificate-life.ts';
import { watchCertificates } from './watch-certificates.ts';

const day = 86_400_000;
const startOfYear = Date.parse('2030-01-01T00:00:00Z');
const endOfYear = Date.parse('2031-01-01T00:00:00Z');
const endOfDay = Date.parse('2030-01-02T00:00:00Z');

interface World extends AsyncDisposable {
  readonly clock: ManualClock;
  /** What is in the file; an error stands for a file that is not there. */
  content: string | Error;
  /** Warnings so far, with the end that they name. */
  warnings(): readonly string[];
  expiry(): Promise<number | undefined>;
}

function watch(use: CertificateUse, content: string | Error, now: number): World {
  const lines: string[] = [];
  const logger = createLogger({ name: 'test', destination: { write: (line) => void lines.push(line) } });
  const metrics = createMetrics();
  const clock = createManualClock(now);
  const read = () => (world.content instanceof Error ? Promise.reject(world.content) : world.content);
  const watcher = watchCertificates([{ use, name: '/tls.crt', read }], { metrics, logger, clock });
  const world: World = {
    clock,
    content,
    warnings: () =>
      lines
        .map((line) => JSON.parse(line) as { level: number; msg: string; validUntil: string; certificate: string })
        .filter(({ level, certificate }) => level === 40 && certificate === '/tls.crt')
        .map(({ msg, validUntil }) => `${msg} ${validUntil}`),
    async expiry() {
      await clock.advance(60_000);
      const metric = metrics.registry.getSingleMetric('interlink_certificate_expiry_timestamp_seconds');
      return (await metric?.get())?.values.find(({ labels }) => labels['use'] === use)?.value;
    },
    [Symbol.asyncDispose]: () => watcher[Symbol.asyncDispose](),
  };
  return world;
}

const soon = 'a certificate expires soon; renew it 2031-01-01T00:00:00.000Z';
const over = 'a certificate has expired; replace it 2031-01-01T00:00:00.000Z';

describe('the end of a certificate', () => {
  it('is a metric, which follows the file', async () => {
    await using world = watch('serving', yearCertificate, startOfYear);
    expect(await world.expiry()).toBe(endOfYear / 1000);
    world.content = dayCertificate;
    expect(await world.expiry()).toBe(endOfDay / 1000);
    world.content = new Error('ENOENT');
    expect(await world.expiry()).toBeUndefined();
  });

  it('is warned about once a day from 30 days before, and when it is over', async () => {
    await using world = watch('client', yearCertificate, endOfYear - 31 * day);
    await world.clock.advance(day - 120_000);
    expect(world.warnings()).toEqual([]);
    await world.clock.advance(240_000);
    expect(world.warnings()).toEqual([soon]);
    await world.clock.advance(day);
    expect(world.warnings()).toEqual([soon, soon]);
    await world.clock.advance(29 * day);
    expect(world.warnings().at(-1)).toBe(over);
  });

  it('of one that lives for a day is warned about in its last tenth', async () => {
    await using world = watch('serving', dayCertificate, startOfYear);
    await world.clock.advance(0.89 * day);
    expect(world.warnings()).toEqual([]);
    await world.clock.advance(0.02 * day);
    expect(world.warnings()).toHaveLength(1);
  });

  it('is warned about no more once it was renewed', async () => {
    await using world = watch('serving', dayCertificate, endOfDay);
    await world.clock.advance(60_000);
    expect(world.warnings()).toHaveLength(1);
    world.content = yearCertificate;
    await world.clock.advance(2 * day);
    expect(world.warnings()).toHaveLength(1);
  });

  it.each([
    ['serving', endOfDay],
    ['client', endOfDay],
    ['kubernetes_client', endOfDay],
    ['client_authority', endOfYear],
    ['server_authority', endOfYear],
  ] as const)('of several for %s is that of the one that counts', async (use, end) => {
    await using world = watch(use, yearCertificate + dayCertificate, startOfYear);
    expect(await world.expiry()).toBe(end / 1000);
  });

  it('is not known of a text that is no certificate', async () => {
    await using world = watch('serving', 'half', startOfYear);
    expect([await world.expiry(), world.warnings()]).toEqual([undefined, []]);
  });
});
