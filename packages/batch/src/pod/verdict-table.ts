import {
  commonVerdicts,
  emulated,
  honoured,
  ignored,
  refused,
  resolvedVerdicts,
  unlessDefault,
  unmentioned,
  type VerdictRule,
  type VerdictTable,
} from '@interlink/plugin-sdk';
import type { Pod, Probe } from '@interlink/spec';
import type { ProbeTools } from '../actions/probe-tools.ts';
import type { ContainerRuntime } from '../contract/container-runtime.ts';
import type { BatchPolicy } from '../contract/policy.ts';
import type { Scheduler } from '../contract/scheduler.ts';
import { canBecomeOthers, wishedUser } from './container-user.ts';
import { messagePathVerdict } from './message-file.ts';
import { volumeVerdicts } from './volume-verdicts.ts';

const hostNetwork = 'containers have the network of the machine they run on';
const probes = honoured('by the runner; over the network from the machine of the job, by default at localhost');
const hooks = honoured('by the runner, inside the container');
const notEnforced = ignored('the program runs with the rights of the user that runs the jobs');

/** What becomes of each field of a pod in a batch backend. */
export function batchVerdicts({ runtime, scheduler, policy, user, tools }: VerdictSources): VerdictTable {
  return {
    ...commonVerdicts,
    ...resolvedVerdicts,
    ...podVerdicts,
    ...containerVerdicts,
    'spec.containers[].livenessProbe': probeVerdict(tools),
    'spec.containers[].readinessProbe': probeVerdict(tools),
    'spec.containers[].startupProbe': probeVerdict(tools),
    ...volumeVerdicts(policy),
    ...(runtime.bindsHostsFile === true ? { 'spec.hostAliases': honoured('after the entries of the machine') } : {}),
    ...securityVerdicts(policy, user, canBecomeOthers({ policy, runtime, host: { user } })),
    ...scheduler.verdicts,
    ...runtime.verdicts,
  };
}

/** On what the verdicts of a batch backend depend. */
export interface VerdictSources {
  readonly runtime: ContainerRuntime;
  readonly scheduler: Pick<Scheduler, 'verdicts'>;
  readonly policy: BatchPolicy;
  /** Whom the jobs run as. */
  readonly user: { readonly uid: number; readonly gid: number };
  /** Default: all that probes need. */
  readonly tools?: ProbeTools | undefined;
}

function probeVerdict({ https, grpc }: ProbeTools = { https: true, grpc: true }): VerdictRule {
  return (value) => {
    const probe = value as Probe;
    if (probe.grpc && !grpc) {
      return ignored(
        'gRPC needs grpc_health_probe or a curl with HTTP/2, which this machine has not; it counts as passed',
      );
    }
    if (probe.httpGet?.scheme === 'HTTPS' && !https) {
      return ignored('HTTPS needs curl, which this machine has not; it counts as passed');
    }
    return probes;
  };
}

/** Of a main container; init containers have an entry of their own. */
const ownRestartPolicy: VerdictRule = (value, { pod }) =>
  value === (pod.spec?.restartPolicy ?? 'Always')
    ? honoured()
    : refused('a container restarts as the restartPolicy of the pod says');

const podVerdicts: VerdictTable = {
  'spec.restartPolicy': honoured(),
  'spec.activeDeadlineSeconds': honoured('counted from the start of the job'),
  'spec.terminationGracePeriodSeconds': honoured(),
  'spec.hostNetwork': honoured(hostNetwork),
  'spec.hostPID': unlessDefault([false], emulated('processes of the machine are visible anyway')),
  'spec.hostIPC': unlessDefault([false], emulated('IPC objects of the machine are visible anyway')),
  'spec.shareProcessNamespace': unlessDefault([false], emulated('processes of the machine are visible anyway')),
  'spec.hostname': ignored('the machine keeps its name; the variable HOSTNAME has the pod’s'),
  'spec.hostnameOverride': ignored('the machine keeps its name; the variable HOSTNAME has the pod’s'),
  'spec.setHostnameAsFQDN': unlessDefault([false], ignored('the machine keeps its name')),
  'spec.hostUsers': unlessDefault([true], ignored('there is no user namespace beyond that of the container runtime')),
  'spec.resources': honoured('the job asks for this much'),
  'spec.resourceClaims': refused('devices of claims cannot be given to a job'),
  'spec.subdomain': ignored(hostNetwork),
  'spec.hostAliases': ignored(hostNetwork),
  'spec.dnsConfig': ignored(hostNetwork),
  'spec.readinessGates': honoured('by the virtual kubelet'),
  'spec.runtimeClassName': ignored('the backend has one container runtime'),
  'spec.imagePullSecrets': ignored('no credentials are given to the container runtime'),
  'spec.ephemeralContainers': honoured('started in the running job, and ended with it'),
};

const containerVerdicts: VerdictTable = {
  'spec.containers[].resources': unlessDefault([{}], ignored('no limits are enforced')),
  'spec.containers[].resizePolicy': unmentioned,
  'spec.containers[].restartPolicy': ownRestartPolicy,
  'spec.containers[].restartPolicyRules': refused('a container restarts as the restartPolicy of the pod says'),
  'spec.containers[].ports': ignored(hostNetwork),
  'spec.containers[].lifecycle.postStart': hooks,
  'spec.containers[].lifecycle.preStop': hooks,
  'spec.containers[].lifecycle.stopSignal': unlessDefault(['SIGTERM'], ignored('containers are ended by SIGTERM')),
  'spec.containers[].terminationMessagePath': messagePathVerdict,
  'spec.containers[].terminationMessagePolicy': unlessDefault(['File'], honoured()),
  'spec.containers[].stdin': unlessDefault([false], honoured('attach writes to it')),
  'spec.containers[].stdinOnce': unlessDefault([false], honoured()),
  'spec.containers[].tty': unlessDefault([false], honoured('the log has what comes from the terminal')),
  'spec.initContainers[].restartPolicy': honoured(),
  'spec.ephemeralContainers[].targetContainerName': emulated('processes of the machine are visible anyway'),
  'spec.containers[].volumeDevices': refused('block devices cannot be given to a container'),
};

const runsAsWished = honoured('the container runs as it');

function securityVerdicts(
  policy: BatchPolicy,
  user: { readonly uid: number; readonly gid: number },
  canBecome: boolean,
): VerdictTable {
  const refuse = policy.runAsUser === 'ignore' ? ignored : refused;
  const wish =
    (own: number, what: string): VerdictRule =>
    (value) => {
      if (value === own) return honoured(`the jobs run as ${what} ${own}`);
      return canBecome ? runsAsWished : refuse(`the jobs run as ${what} ${own}`);
    };
  const notRoot: VerdictRule = (value, { pod, path }) => {
    if (value !== true) return undefined;
    if (user.uid !== 0) return honoured(`the jobs run as user ${user.uid}`);
    if (!canBecome) return refuse('the jobs run as root');
    return isNobodyRoot(pod, path) ? runsAsWished : refused('a container would run as root: it needs runAsUser');
  };
  const fields = (base: string): VerdictTable => ({
    [base]: unlessDefault([{}], notEnforced),
    [`${base}.runAsUser`]: wish(user.uid, 'user'),
    [`${base}.runAsGroup`]: wish(user.gid, 'group'),
    [`${base}.runAsNonRoot`]: notRoot,
  });
  return {
    ...fields('spec.securityContext'),
    ...fields('spec.containers[].securityContext'),
    ...(canBecome ? { 'spec.securityContext.supplementalGroups': honoured() } : {}),
    'spec.securityContext.fsGroup': emulated('volumes belong to the user and group that the jobs run as'),
    'spec.securityContext.fsGroupChangePolicy': unmentioned,
    'spec.containers[].securityContext.privileged': unlessDefault([false], notEnforced),
    'spec.containers[].securityContext.allowPrivilegeEscalation': unmentioned,
    'spec.containers[].securityContext.readOnlyRootFilesystem': unlessDefault([false], notEnforced),
  };
}

/** Of the container that a path leads into; of all that do not say otherwise themselves, where it is the pod's. */
function isNobodyRoot({ spec }: Pod, path: string): boolean {
  const [, key, index] = /^spec\.(initContainers|containers|ephemeralContainers)\[(\d+)\]/.exec(path) ?? [];
  const all = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  const one =
    key === undefined
      ? undefined
      : spec?.[key as 'initContainers' | 'containers' | 'ephemeralContainers']?.[Number(index)];
  const concerned = one ? [one] : all.filter(({ securityContext }) => securityContext?.runAsNonRoot === undefined);
  return concerned.every(({ securityContext }) => (wishedUser(spec?.securityContext, securityContext).uid ?? 0) !== 0);
}
