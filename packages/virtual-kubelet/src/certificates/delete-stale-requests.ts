import { listAll } from '@interlink/kube';
import type { ObjectMeta } from '@interlink/spec';
import type { KeeperContext } from './certificate-keeper.ts';

interface SigningRequest {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly signerName?: string };
}

const path = '/apis/certificates.k8s.io/v1/certificatesigningrequests';

/** Beginning of the names of a node's requests. */
export function requestNamePrefix(nodeName: string): string {
  return `vk-${nodeName}-`;
}

/** True for a name that the API server made from the node's prefix; not for one of a node whose name only begins alike. */
export function isRequestOf(nodeName: string, requestName: string): boolean {
  const prefix = requestNamePrefix(nodeName);
  return requestName.startsWith(prefix) && /^[a-z0-9]{5}$/.test(requestName.slice(prefix.length));
}

/** Deletes the requests that an earlier process of this node left behind. What cannot be deleted is logged and stays. */
export async function deleteStaleRequests(
  { client, identity, logger, signal }: KeeperContext,
  signerName: string,
): Promise<void> {
  try {
    const { items } = await listAll<SigningRequest>({ client, selection: { path }, signal });
    const stale = items.filter(
      ({ metadata, spec }) => spec?.signerName === signerName && isRequestOf(identity.nodeName, metadata.name ?? ''),
    );
    for (const { metadata } of stale)
      await client.request({ method: 'DELETE', path: `${path}/${metadata.name ?? ''}`, signal });
  } catch (error) {
    signal.throwIfAborted();
    logger.warn({ err: error }, 'old certificate requests not deleted');
  }
}
