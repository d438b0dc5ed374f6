import { normalizeLogOptions, selectLog } from '@interlink/plugin-sdk';
import { annotations, ConflictError, InvalidInputError, NotFoundError, UnsupportedError } from '@interlink/spec';
import type { CallOptions, HeldPod, Plugin, Pod, PodStatus, PodStatusEvent, RetrievedPodData } from '@interlink/spec';
import { hasEnded } from '../kit/pod-state.ts';
import { shellStreams } from './shell-streams.ts';
import { startShellPod, statusOf, type ShellPod } from './shell-pod.ts';

/** What a restart of the plugin leaves behind. */
export class ShellWorld {
  readonly pods = new Map<string, ShellPod>();
  readonly listeners = new Set<(status: PodStatus) => void>();
  private lastJob = 0;

  start(data: RetrievedPodData): ShellPod {
    this.lastJob += 1;
    const uid = uidOf(data.pod);
    const pod = startShellPod(data, String(this.lastJob), () => this.tell(pod.status()));
    this.pods.set(uid, pod);
    return pod;
  }

  async end(pod: Pod): Promise<void> {
    const held = this.pods.get(uidOf(pod));
    if (held === undefined) return;
    await held.stop();
    this.pods.delete(uidOf(pod));
    this.tell(goneStatus(held.pod));
  }

  private tell(status: PodStatus): void {
    for (const listener of this.listeners) listener(status);
  }
}

/** The UID of a pod. */
export function uidOf(pod: Pod): string {
  return pod.metadata?.uid ?? '';
}

/** What a plugin says of a pod that it does not know. */
export function goneStatus(pod: Pod): PodStatus {
  return {
    name: pod.metadata?.name ?? '',
    namespace: pod.metadata?.namespace ?? '',
    UID: uidOf(pod),
    containers: (pod.spec?.containers ?? []).map((container) => statusOf(container)),
    initContainers: (pod.spec?.initContainers ?? []).map((container) => statusOf(container)),
    interlink: { state: 'gone' },
  };
}

/** Verbs that a broken plugin has otherwise; each gets the right one to build on. */
export type Breakage = (correct: Plugin, world: ShellWorld) => Partial<Plugin>;

/**
 * A correct plugin whose containers are shell processes and which remembers them in memory, for tests of the kit.
 *
 * @param breakage - What is wrong with it.
 */
export function createShellPlugin(world = new ShellWorld(), breakage: Breakage = () => ({})): Plugin {
  const correct: Plugin = {
    name: 'shell',
    ping: (options) => refuseAborted(options, () => ({ status: 'ok' })),
    create: (data, options) =>
      refuseAborted(options, () => {
        if ((data.pod.spec?.containers ?? []).length === 0) {
          throw new InvalidInputError('pod.spec.containers is empty', { field: 'pod.spec.containers' });
        }
        if ((data.pod.spec?.volumes ?? []).length > 0) {
          throw new UnsupportedError('pod.spec.volumes are not supported', { field: 'pod.spec.volumes' });
        }
        const held = world.pods.get(uidOf(data.pod)) ?? world.start(data);
        return { PodUID: uidOf(data.pod), PodJID: held.jobId };
      }),
    status: (pods, options) =>
      refuseAborted(options, () => pods.map((pod) => world.pods.get(uidOf(pod))?.status() ?? goneStatus(pod))),
    delete: (pod, options) => refuseAborted(options, () => void world.end(pod)),
    logs: (request, options) =>
      refuseAborted(options, () => {
        const log = world.pods.get(request.PodUID)?.log(request.ContainerName ?? '');
        if (log === undefined) throw new NotFoundError('no such pod or container');
        const signal = options?.signal === undefined ? {} : { signal: options.signal };
        return selectLog(log, normalizeLogOptions(request.Opts), { clock: Date, ...signal });
      }),
    update: (data, options) => refuseAborted(options, () => checkUpdate(world, data)),
    list: (options) => refuseAborted(options, () => [...world.pods.values()].map(heldPod)),
    watch: (options) => watch(world, options?.signal),
    ...shellStreams(world.pods),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return { ...correct, ...breakage(correct, world) };
}

/** Nothing of a shell pod can change: it has no volumes, and takes no further containers. */
function checkUpdate({ pods }: ShellWorld, { pod }: RetrievedPodData): void {
  const held = pods.get(uidOf(pod));
  if (held === undefined) throw new NotFoundError('no such pod');
  if (hasEnded(held.status())) throw new ConflictError('the pod has ended');
  const field = 'pod.spec.ephemeralContainers';
  if ((pod.spec?.ephemeralContainers ?? []).length > 0) throw new UnsupportedError(`${field} are not taken`, { field });
}

/** The body of a verb as a promise; throws become rejections. */
async function refuseAborted<T>(options: CallOptions | undefined, body: () => T): Promise<T> {
  options?.signal?.throwIfAborted();
  return Promise.resolve(body());
}

function heldPod({ pod, jobId }: ShellPod): HeldPod {
  const { name = '', namespace = '' } = pod.metadata ?? {};
  const cluster = pod.metadata?.annotations?.[annotations.clusterId] ?? '';
  return { uid: uidOf(pod), name, namespace, node: pod.spec?.nodeName ?? '', cluster, jobId };
}

const heartbeatMilliseconds = 500;

async function* watch(world: ShellWorld, signal: AbortSignal | undefined): AsyncGenerator<PodStatusEvent> {
  const events: PodStatusEvent[] = [{ heartbeat: new Date().toISOString() }];
  let wake: () => void = () => undefined;
  const put = (event: PodStatusEvent): void => {
    events.push(event);
    wake();
  };
  const timer = setInterval(() => put({ heartbeat: new Date().toISOString() }), heartbeatMilliseconds);
  world.listeners.add(put);
  signal?.addEventListener('abort', () => wake());
  try {
    for (;;) {
      signal?.throwIfAborted();
      const event = events.shift();
      if (event === undefined) await new Promise<void>((resolve) => (wake = resolve));
      else yield event;
    }
  } finally {
    clearInterval(timer);
    world.listeners.delete(put);
  }
}
