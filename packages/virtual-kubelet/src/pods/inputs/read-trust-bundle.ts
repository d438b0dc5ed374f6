import { listAll, type KubeClient } from '@interlink/kube';
import { isInterLinkError, NotFoundError, type ObjectMeta, type VolumeProjection } from '@interlink/spec';
import { formatLabelSelector } from './label-selector.ts';
import { joinTrustAnchors } from './trust-anchors.ts';

/** Which ClusterTrustBundles a volume asks for: one by its name, or those of a signer. */
export type TrustBundleSource = Omit<NonNullable<VolumeProjection['clusterTrustBundle']>, 'path' | 'optional'>;

/** How {@link readTrustBundle} reads. */
export interface TrustBundleReader {
  readonly client: KubeClient;
  /** A GET whose answer may be some seconds old. */
  readonly discover: (path: string) => Promise<unknown>;
  readonly signal: AbortSignal;
}

interface ClusterTrustBundle {
  metadata?: ObjectMeta;
  readonly spec?: { readonly trustBundle?: string };
}

const group = '/apis/certificates.k8s.io';
/** The best first, the same in all that is read here: stable from 1.37, beta from 1.33. An API server serves the others only where it is told to. */
const versions = ['v1', 'v1beta1', 'v1alpha1'];
const resource = 'clustertrustbundles';

/** The certificates of the bundles as PEM, normalized as a kubelet does. Rejects with NotFoundError where there is no such bundle. */
export async function readTrustBundle(source: TrustBundleSource, reader: TrustBundleReader): Promise<string> {
  const { client, signal } = reader;
  const { name, signerName, labelSelector } = source;
  const path = await collectionPath(reader);
  if (name !== undefined) {
    const own = `${path}/${encodeURIComponent(name)}`;
    const { spec } = await client.request<ClusterTrustBundle>({ method: 'GET', path: own, signal });
    return joinTrustAnchors([spec?.trustBundle ?? '']);
  }
  const selection = { path, fieldSelector: `spec.signerName=${signerName ?? ''}` };
  // Absent means "match nothing", empty "match everything".
  const found =
    labelSelector === undefined
      ? []
      : (
          await listAll<ClusterTrustBundle>({
            client,
            selection: { ...selection, labelSelector: formatLabelSelector(labelSelector) },
            signal,
          })
        ).items;
  if (found.length === 0)
    throw new NotFoundError('combination of signerName and labelSelector matched zero ClusterTrustBundles');
  return joinTrustAnchors(found.map(({ spec }) => spec?.trustBundle ?? ''));
}

async function collectionPath({ discover }: TrustBundleReader): Promise<string> {
  for (const version of versions) {
    const list = (await discover(`${group}/${version}`).catch(unlessAbsent)) as ResourceList | undefined;
    if (list?.resources?.some(({ name }) => name === resource)) return `${group}/${version}/${resource}`;
  }
  throw new NotFoundError('the API server does not serve ClusterTrustBundles');
}

interface ResourceList {
  readonly resources?: readonly { readonly name: string }[];
}

function unlessAbsent(error: unknown): undefined {
  if (!isInterLinkError(error) || error.code !== 'ILK_NOT_FOUND') throw error;
}
