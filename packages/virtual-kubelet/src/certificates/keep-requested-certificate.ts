import { requestCertificate } from '@interlink/kube';
import { backoffDelayMilliseconds } from '@interlink/runtime';
import type { CertificateKeeper, KeeperContext } from './certificate-keeper.ts';
import { createCertificateStore } from './certificate-store.ts';
import { createSelfSignedCertificate } from './create-self-signed-certificate.ts';
import { deleteStaleRequests, requestNamePrefix } from './delete-stale-requests.ts';
import { isUsable, renewalTime } from './judge-certificate.ts';
import { servingCommonName, type ServingCertificate } from './serving-certificate.ts';

/** How a certificate is asked for. */
export interface RequestSettings {
  readonly signerName: string;
  /** Keeps the certificate over restarts. */
  readonly directory: string;
}

const retryBackoff = { initialMilliseconds: 10_000, maximumMilliseconds: 600_000 };
const longestSleepMilliseconds = 3_600_000;

/**
 * A certificate signed by the cluster: the kept one while it can be used, else asked for with a CertificateSigningRequest, again when 80 % of its life is
 * over. Until there is one, a self-signed one serves. A denied, deleted or failed request is made again later.
 */
export async function keepRequestedCertificate(
  settings: RequestSettings,
  context: KeeperContext,
): Promise<CertificateKeeper> {
  const { clock, identity, logger, signal } = context;
  const store = createCertificateStore(settings.directory);
  const kept = await store.load();
  const usable = kept !== undefined && isUsable(kept, identity, clock.now()) ? kept : undefined;
  const first = usable ?? (await createSelfSignedCertificate(identity, clock.now()));

  async function obtain(): Promise<ServingCertificate> {
    await deleteStaleRequests(context, settings.signerName);
    const issued = await requestCertificate({ ...requestOf(settings, context), signal });
    // A certificate that cannot be kept still serves until the next start.
    await store.save(issued).catch((error: unknown) => logger.warn({ err: error }, 'certificate not kept on disk'));
    return issued;
  }

  return {
    first,
    async follow(use) {
      let current = usable;
      let failures = 0;
      while (!isAborted(signal)) {
        try {
          if (current !== undefined) await sleepUntil(renewalTime(current.certificate), context);
          current = await obtain();
          failures = 0;
          use(current);
          logger.info(
            { validUntil: new Date(renewalTime(current.certificate)).toISOString() },
            'serving certificate issued',
          );
        } catch (error) {
          if (isAborted(signal)) return;
          const delayMilliseconds = backoffDelayMilliseconds(failures, retryBackoff);
          failures += 1;
          logger.warn({ err: error, delayMilliseconds }, 'no serving certificate, asking again');
          await clock.sleep(delayMilliseconds, { signal }).catch(() => undefined);
        }
      }
    },
  };
}

type CertificateQuestion = Omit<Parameters<typeof requestCertificate>[0], 'signal'>;

function requestOf(
  { signerName }: RequestSettings,
  { client, identity, clock, logger }: KeeperContext,
): CertificateQuestion {
  const howTo = (name: string): string => `kubectl certificate approve ${name}`;
  return {
    client,
    signerName,
    commonName: servingCommonName(identity.nodeName),
    organizations: ['system:nodes'],
    ipAddresses: identity.ipAddresses,
    dnsNames: identity.dnsNames,
    usages: ['digital signature', 'server auth'],
    namePrefix: requestNamePrefix(identity.nodeName),
    onPending: (name) =>
      logger.info({ certificateRequest: name, command: howTo(name) }, 'certificate request waits for approval'),
    clock,
    logger,
  };
}

async function sleepUntil(time: number, { clock, signal }: KeeperContext): Promise<void> {
  for (let left = time - clock.now(); left > 0; left = time - clock.now()) {
    await clock.sleep(Math.min(left, longestSleepMilliseconds), { signal });
  }
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
