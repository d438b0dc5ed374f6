import type { KubeClient } from '@interlink/kube';
import type { Clock, Logger } from '@interlink/runtime';
import type { CertificateSettings } from '../config/virtual-kubelet-config.ts';
import { keepFileCertificate } from './keep-file-certificate.ts';
import { keepRequestedCertificate } from './keep-requested-certificate.ts';
import { keepSelfSignedCertificate } from './keep-self-signed-certificate.ts';
import type { ServingCertificate, ServingIdentity } from './serving-certificate.ts';

/** What a keeper needs. */
export interface KeeperContext {
  readonly client: KubeClient;
  readonly identity: ServingIdentity;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** A certificate that is kept fresh. */
export interface CertificateKeeper {
  /** The certificate to start with. */
  readonly first: ServingCertificate;
  /** Gives every later certificate until the signal aborts, then resolves; it logs failures and does not throw. */
  follow(use: (certificate: ServingCertificate) => void): Promise<void>;
}

/**
 * A serving certificate as configured: from files, self-signed, or signed by the cluster. There is one at once in any case, so that the kubelet API can
 * serve while the cluster has not signed yet.
 *
 * @throws ConfigError for files that cannot be used.
 */
export async function openCertificate(
  settings: CertificateSettings,
  context: KeeperContext,
): Promise<CertificateKeeper> {
  switch (settings.kind) {
    case 'files':
      return await keepFileCertificate(settings, context);
    case 'self-signed':
      return await keepSelfSignedCertificate(context);
    case 'request':
      return await keepRequestedCertificate(settings, context);
  }
}
