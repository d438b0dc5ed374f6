import { systemClock, type Clock, type Logger } from '@interlink/runtime';
import { BackendError, ForbiddenError, isInterLinkError, NotFoundError, type ObjectMeta } from '@interlink/spec';
import type { KubeClient } from '../client/kube-client.ts';
import { hasStatus } from '../client/map-kube-error.ts';
import { createCertificateRequest, type CertificateSubject } from './create-certificate-request.ts';

/** What {@link requestCertificate} needs. */
export interface RequestCertificateOptions extends CertificateSubject {
  readonly client: KubeClient;
  /** E.g. `kubernetes.io/kubelet-serving`. */
  readonly signerName: string;
  /** E.g. `digital signature`, `server auth`. */
  readonly usages: readonly string[];
  /** Beginning of the request object's name; the API server completes it. */
  readonly namePrefix: string;
  /** Life that is asked for; the signer may give less. Default: the signer's. */
  readonly expirationSeconds?: number | undefined;
  /** Told the name of the request object once it waits for approval. */
  readonly onPending?: ((name: string) => void) | undefined;
  /** Default 5. */
  readonly pollSeconds?: number | undefined;
  readonly logger: Logger;
  readonly clock?: Clock | undefined;
  readonly signal: AbortSignal;
}

/** A certificate and its key. */
export interface IssuedCertificate {
  /** Chain in PEM, own certificate first. */
  readonly certificate: string;
  /** PKCS#8 in PEM. A secret. */
  readonly privateKey: string;
}

interface SigningRequest {
  readonly metadata: ObjectMeta;
  readonly status?: {
    readonly certificate?: string;
    readonly conditions?: readonly { readonly type: string; readonly reason?: string; readonly message?: string }[];
  };
}

const collection = '/apis/certificates.k8s.io/v1/certificatesigningrequests';

/**
 * Asks the cluster for a certificate and waits, without end, until it is there. The request object is deleted at every end.
 *
 * @throws ForbiddenError when it was denied, BackendError when the signer failed, NotFoundError when somebody deleted the request: ask again later.
 */
export async function requestCertificate(options: RequestCertificateOptions): Promise<IssuedCertificate> {
  const { request, privateKey } = await createCertificateRequest(options);
  const name = await createSigningRequest(options, request);
  options.onPending?.(name);
  try {
    return { certificate: await waitForCertificate(options, name), privateKey };
  } finally {
    await deleteSigningRequest(options, name);
  }
}

async function createSigningRequest(options: RequestCertificateOptions, request: string): Promise<string> {
  const { client, signerName, usages, expirationSeconds, signal } = options;
  const body = {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { generateName: options.namePrefix },
    spec: { request: Buffer.from(request).toString('base64'), signerName, usages, expirationSeconds },
  };
  const { metadata } = await client.request<SigningRequest>({ method: 'POST', path: collection, body, signal });
  return metadata.name ?? '';
}

async function waitForCertificate(options: RequestCertificateOptions, name: string): Promise<string> {
  const { client, clock = systemClock, logger, pollSeconds = 5, signal } = options;
  for (;;) {
    try {
      const { status } = await client.request<SigningRequest>({ method: 'GET', path: `${collection}/${name}`, signal });
      throwIfRefused(name, status);
      if (status?.certificate !== undefined) return Buffer.from(status.certificate, 'base64').toString('utf8');
    } catch (error) {
      if (hasStatus(error, 404))
        throw new NotFoundError(`the certificate request ${name} was deleted`, { cause: error });
      if (!isInterLinkError(error) || !error.retryable) throw error;
      logger.warn({ err: error, certificateRequest: name }, 'certificate request cannot be looked at');
    }
    await clock.sleep(pollSeconds * 1000, { signal });
  }
}

function throwIfRefused(name: string, status: SigningRequest['status']): void {
  const words = (type: string): string | undefined => {
    const condition = status?.conditions?.find((entry) => entry.type === type);
    return condition === undefined ? undefined : `${condition.reason ?? ''} ${condition.message ?? ''}`.trim();
  };
  const [denied, failed] = [words('Denied'), words('Failed')];
  if (denied !== undefined) throw new ForbiddenError(`the certificate request ${name} was denied: ${denied}`);
  if (failed !== undefined) throw new BackendError(`the signer refused the certificate request ${name}: ${failed}`);
}

async function deleteSigningRequest({ client, logger }: RequestCertificateOptions, name: string): Promise<void> {
  // Without the caller's signal: the clean-up belongs to its end as well.
  await client
    .request({ method: 'DELETE', path: `${collection}/${name}`, timeoutSeconds: 5 })
    .catch((error: unknown) => {
      if (!hasStatus(error, 404))
        logger.warn({ err: error, certificateRequest: name }, 'certificate request not deleted');
    });
}
