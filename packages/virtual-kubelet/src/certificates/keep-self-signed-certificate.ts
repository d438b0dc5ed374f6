import type { CertificateKeeper, KeeperContext } from './certificate-keeper.ts';
import { createSelfSignedCertificate } from './create-self-signed-certificate.ts';
import { renewalTime } from './judge-certificate.ts';

/** Longest sleep of a timer that is not cut short. */
const longestSleepMilliseconds = 24 * 3_600_000;

/** A self-signed certificate, replaced when most of its year is over. */
export async function keepSelfSignedCertificate(context: KeeperContext): Promise<CertificateKeeper> {
  const { clock, identity, logger, signal } = context;
  const first = await createSelfSignedCertificate(identity, clock.now());
  return {
    first,
    async follow(use) {
      let current = first;
      while (!signal.aborted) {
        const due = renewalTime(current.certificate) - clock.now();
        await clock.sleep(Math.max(0, Math.min(due, longestSleepMilliseconds)), { signal }).catch(() => undefined);
        if (due > longestSleepMilliseconds || isAborted(signal)) continue;
        current = await createSelfSignedCertificate(identity, clock.now());
        use(current);
        logger.info({}, 'self-signed certificate renewed');
      }
    },
  };
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
