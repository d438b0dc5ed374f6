import {
  honoured,
  ignored,
  refused,
  unlessDefault,
  unmentioned,
  type VerdictNote,
  type VerdictRule,
  type VerdictTable,
} from './verdict.ts';

const scheduler = honoured('by the scheduler of the cluster');
const apiServer = honoured('by the API server');
const tokens = honoured('by the virtual kubelet, which makes the tokens');

/** Volumes and mounts that the API server's admission adds to every pod. */
const apiAccessVolume = 'kube-api-access-';

const unlessApiAccess =
  (otherwise: VerdictRule): VerdictRule =>
  (value, context) => {
    const { name } = context.parent as { name?: string };
    return name?.startsWith(apiAccessVolume) === true ? undefined : otherwise(value, context);
  };

const unlistedVolume: VerdictRule = () => ignored('this backend does not know volumes of this kind');

/** Every pod gets these two from the API server's admission. */
const admissionTolerations = new Set(['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']);

const unlessAdmissionTolerations: VerdictRule = (value) => {
  const keys = Array.isArray(value) ? value.map((item: { key?: string }) => item.key ?? '') : [];
  return keys.every((key) => admissionTolerations.has(key)) ? undefined : scheduler;
};

/** For `imagePullPolicy`: the verdict unless the policy is what an API server fills in for the image. */
export function unlessAutomaticPull(otherwise: VerdictNote): VerdictRule {
  return (value, { parent }) => {
    const { image = '' } = parent as { image?: string };
    const [, tag] = /:([^/:@]+)$/.exec(image) ?? [];
    const automatic = image.includes('@') || (tag !== undefined && tag !== 'latest') ? 'IfNotPresent' : 'Always';
    return value === automatic ? undefined : otherwise;
  };
}

/**
 * Verdicts of fields with which a backend has nothing to do, because the API server, the scheduler or the virtual kubelet
 * deals with them, and silence about the defaults that an API server fills in. A backend spreads it into its own table:
 * `{ ...commonVerdicts, ...resolvedVerdicts, 'spec.containers[].livenessProbe': emulated('…') }`.
 */
export const commonVerdicts: VerdictTable = {
  metadata: unmentioned,

  'spec.nodeName': unmentioned,
  'spec.nodeSelector': scheduler,
  'spec.affinity': scheduler,
  'spec.tolerations': unlessAdmissionTolerations,
  'spec.topologySpreadConstraints': scheduler,
  'spec.schedulerName': unlessDefault(['default-scheduler'], scheduler),
  'spec.schedulingGates': scheduler,
  'spec.schedulingGroup': scheduler,
  'spec.priority': unmentioned,
  'spec.priorityClassName': scheduler,
  'spec.preemptionPolicy': unlessDefault(['PreemptLowerPriority'], scheduler),
  'spec.overhead': honoured('counted in the pod’s resources'),
  'spec.os': (value) =>
    (value as { name?: string }).name === 'linux' ? undefined : refused('only Linux pods can be run'),

  'spec.serviceAccountName': unlessDefault(['default'], tokens),
  'spec.serviceAccount': unmentioned,
  'spec.automountServiceAccountToken': apiServer,
  'spec.enableServiceLinks': unlessDefault([true], honoured('by the virtual kubelet, which makes the environment')),

  'spec.dnsPolicy': unlessDefault(['ClusterFirst', 'Default'], ignored('names are resolved as where the pod runs')),
  'spec.terminationGracePeriodSeconds': unlessDefault([30], ignored('the backend ends pods in its own time')),

  'spec.containers[].imagePullPolicy': unlessAutomaticPull(ignored('images are pulled as the backend sees fit')),
  'spec.containers[].terminationMessagePath': unlessDefault(
    ['/dev/termination-log'],
    ignored('no termination message is read'),
  ),
  'spec.containers[].terminationMessagePolicy': unlessDefault(['File'], ignored('no termination message is read')),

  'spec.volumes[].name': unmentioned,
  'spec.volumes[].projected': unlessApiAccess(unlistedVolume),
};

/** Verdicts of the fields that `resolvePod` deals with: for a backend that runs what it gives. */
export const resolvedVerdicts: VerdictTable = {
  'spec.containers[].name': unmentioned,
  'spec.containers[].command': honoured(),
  'spec.containers[].args': honoured(),
  'spec.containers[].workingDir': honoured(),
  'spec.containers[].env': honoured(),
  'spec.containers[].envFrom': honoured(),
  'spec.containers[].volumeMounts[].name': unmentioned,
  'spec.containers[].volumeMounts[].mountPath': unlessApiAccess(() => honoured()),
  'spec.containers[].volumeMounts[].subPath': honoured(),
  'spec.containers[].volumeMounts[].subPathExpr': honoured(),
  'spec.containers[].volumeMounts[].readOnly': unlessApiAccess(() => honoured()),
};
