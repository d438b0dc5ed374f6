import { readFile } from 'node:fs/promises';
import type { Logger } from '../log/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { systemClock, type Clock } from '../time/clock.ts';
import { certificateLife, type CertificateLife, type CertificateUse } from './certificate-life.ts';

/** Certificates whose end is watched. */
export interface WatchedCertificates {
  readonly use: CertificateUse;
  /** Says in the log which ones: the file, or a few words. */
  readonly name: string;
  /** Gives them in PEM; asked at every look. What it throws counts as nothing known. */
  readonly read: () => Promise<string> | string;
}

/** What {@link watchCertificates} works with. */
export interface CertificateWatchContext {
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Default: the machine's clock. */
  readonly clock?: Clock | undefined;
}

const dayMilliseconds = 86_400_000;
const lookMilliseconds = 60_000;
const warnBeforeMilliseconds = 30 * dayMilliseconds;
/** Certificates that live for days or hours are renewed late by intention. */
const warnBeforeShare = 0.1;

/** Certificates in a file; nothing without one. */
export function certificatesIn(use: CertificateUse, file: string | undefined): readonly WatchedCertificates[] {
  return file === undefined ? [] : [{ use, name: file, read: () => readFile(file, 'utf8') }];
}

/**
 * Tells the end of certificates as a metric, and in the log once a day from 30 days before it, or from the last tenth of their life where that is shorter. Reads
 * them every minute, so that a renewal ends the warnings.
 *
 * @returns stops looking when it is disposed.
 */
export function watchCertificates(
  watched: readonly WatchedCertificates[],
  { metrics, logger, clock = systemClock }: CertificateWatchContext,
): AsyncDisposable {
  const gauge = metrics.gauge(
    'interlink_certificate_expiry_timestamp_seconds',
    'When certificates that are in use end, by what they are for.',
    ['use'],
  );
  if (watched.length === 0) return { [Symbol.asyncDispose]: () => Promise.resolve() };
  const stop = new AbortController();
  const { signal } = stop;
  const told = new Map<string, { readonly words: string; readonly at: number }>();

  async function look(): Promise<void> {
    const ends = new Map<CertificateUse, number>();
    for (const { use, name, read } of watched) {
      const life = await lifeOf(use, read);
      if (life === undefined) continue;
      ends.set(use, Math.min(ends.get(use) ?? Infinity, life.until));
      warn({ use, name, life });
    }
    for (const { use } of watched) {
      const end = ends.get(use);
      if (end === undefined) gauge.remove({ use });
      else gauge.set({ use }, end / 1000);
    }
  }

  function warn({ use, name, life }: { use: CertificateUse; name: string; life: CertificateLife }): void {
    const now = clock.now();
    const words = wordsOf(life, now);
    const before = told.get(name);
    if (words === undefined) {
      told.delete(name);
      return;
    }
    if (before?.words === words && now - before.at < dayMilliseconds) return;
    told.set(name, { words, at: now });
    logger.warn({ certificate: name, use, validUntil: new Date(life.until).toISOString() }, words);
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      await look();
      await clock.sleep(lookMilliseconds, { signal }).catch(() => undefined);
    }
  }

  const ended = run();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

/** Undefined as long as there is nothing to say. */
function wordsOf({ from, until }: CertificateLife, now: number): string | undefined {
  if (now >= until) return 'a certificate has expired; replace it';
  const early = Math.min(warnBeforeMilliseconds, (until - from) * warnBeforeShare);
  return now >= until - early ? 'a certificate expires soon; renew it' : undefined;
}

/** What cannot be read or parsed at the moment is complained about by whoever uses it. */
async function lifeOf(use: CertificateUse, read: WatchedCertificates['read']): Promise<CertificateLife | undefined> {
  try {
    return certificateLife(await read(), use);
  } catch {
    return undefined;
  }
}
