import {
  emulated,
  honoured,
  ignored,
  refused,
  unlessDefault,
  unmentioned,
  type VerdictContext,
  type VerdictRule,
  type VerdictTable,
} from '@interlink/plugin-sdk';
import type { Volume } from '@interlink/spec';
import type { BatchPolicy } from '../contract/policy.ts';
import { mapClaim } from './claim-path.ts';
import { seesPaths } from './host-mounts.ts';

const asCreated = honoured('as it was when the pod was created');

/** What becomes of volumes and their mounts in a batch backend. */
export function volumeVerdicts(policy: BatchPolicy): VerdictTable {
  return {
    'spec.volumes[]': () => refused('volumes of this kind cannot be made here'),
    'spec.volumes[].name': unmentioned,
    'spec.volumes[].configMap': asCreated,
    'spec.volumes[].secret': asCreated,
    'spec.volumes[].downwardAPI': asCreated,
    'spec.volumes[].projected': projected,
    'spec.volumes[].emptyDir': honoured(),
    'spec.volumes[].emptyDir.medium': medium,
    'spec.volumes[].emptyDir.sizeLimit': emulated(
      'the size is looked at now and then; a pod with a volume that has outgrown it is evicted',
    ),
    'spec.volumes[].hostPath': hostPath(policy),
    'spec.volumes[].persistentVolumeClaim': (value, context) => claim(value, context, policy),
    'spec.containers[].volumeMounts[].mountPropagation': unlessDefault(
      ['None'],
      ignored('what is mounted later, here or there, is not seen on the other side'),
    ),
    'spec.containers[].volumeMounts[].recursiveReadOnly': unlessDefault(['Disabled'], recursiveReadOnly),
  };
}

const medium: VerdictRule = (value) => {
  if (value === '') return undefined;
  if (value === 'Memory') return emulated('a directory in /dev/shm of the machine; on disk where there is none');
  return refused('volumes of huge pages cannot be made here');
};

const sentSources = new Set(['serviceAccountToken', 'configMap', 'secret', 'downwardAPI', 'clusterTrustBundle']);

const projected: VerdictRule = (value, { parent }) => {
  const { sources } = value as { sources?: readonly object[] | null };
  const unknown = (sources ?? []).flatMap((source, index) =>
    Object.keys(source).flatMap((kind) => (sentSources.has(kind) ? [] : [`sources[${index}].${kind}`])),
  );
  if (unknown.length > 0) return refused(`${unknown.join(', ')}: no virtual kubelet sends this with a pod`);
  const isApiAccess = (parent as { name?: string }).name?.startsWith('kube-api-access-') === true;
  return isApiAccess ? undefined : asCreated;
};

function hostPath(policy: BatchPolicy): VerdictTable[string] {
  const { hostPaths = [] } = policy;
  if (hostPaths.length === 0) return refused('no path of the machine may be mounted here');
  const when = seesPaths(policy) ? '' : '; looked at when the job starts';
  return emulated(`allowed below ${hostPaths.map(({ path }) => path).join(', ')}${when}`);
}

function claim(value: unknown, { pod, parent }: VerdictContext, policy: BatchPolicy): ReturnType<VerdictRule> {
  const { claimName = '' } = value as { claimName?: string };
  const namespace = pod.metadata?.namespace ?? 'default';
  const mapped = mapClaim({ namespace, claim: claimName }, policy);
  if (mapped) return emulated(`the site has its storage at ${mapped.path}`);
  return refused(
    `volume ${(parent as Volume).name}: the site has no storage for the claim ${claimName} of namespace ${namespace}; ` +
      'its administrator can name a path in persistentVolumeClaims of the plugin’s configuration',
  );
}

/** Mounts of the job's own volumes have nothing mounted below them. */
const recursiveReadOnly: VerdictRule = (value, { pod, parent }) => {
  const { name } = parent as { name?: string };
  const volume = pod.spec?.volumes?.find((candidate) => candidate.name === name);
  if (!volume?.hostPath && !volume?.persistentVolumeClaim) return honoured();
  const note = 'a file system that is mounted below the path stays writable';
  return value === 'Enabled' ? refused(note) : ignored(note);
};
