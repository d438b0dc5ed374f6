import {
  announcedFeatures,
  type ContainerStatus,
  type CreateExtensionKey,
  type Feature,
  type HeldPod,
  type InterLinkApi,
  type Pod,
  type PodCreateRequests,
  type PodStatus,
  type PodStatusEvent,
} from '@interlink/spec';

/** How a {@link FakeInterLink} behaves. */
export interface FakeOptions {
  readonly features?: readonly Feature[];
  /** What of a create it makes use of. */
  readonly accepts?: readonly CreateExtensionKey[];
  /** Whether answers have the `interlink` key. Default true. */
  readonly ours?: boolean;
  /** The state in which a pod starts. Default: running. */
  readonly startsAs?: ContainerStatus['state'];
}

/** A backend in memory. It counts what it is asked, and fails when told to. */
export interface FakeInterLink extends InterLinkApi {
  readonly features: () => ReadonlySet<Feature>;
  readonly accepts: () => ReadonlySet<CreateExtensionKey>;
  /** Creates that reached it, by UID, repeated ones too. */
  readonly creates: string[];
  readonly deletes: string[];
  /** Updates that it took, in order. Each ephemeral container in one runs from then on. */
  readonly updates: PodCreateRequests[];
  /** Errors that the next updates answer with, in order. */
  readonly updateErrors: Error[];
  /** Jobs that it has, by pod UID. */
  readonly jobs: Map<string, FakeJob>;
  /** How many pods each status question was about. */
  readonly questions: number[];
  /** Errors that the next creates answer with, in order. */
  readonly createErrors: Error[];
  readonly deleteErrors: Error[];
  /** Answer of a status question in place of the true one. */
  statusAnswer: ((pods: readonly Pod[]) => readonly PodStatus[]) | undefined;
  /** Whether a deleted job ends at once. Default true. */
  endsAtOnce: boolean;
  /** Sets the state of all containers of a pod, and tells it. */
  set(uid: string, state: ContainerStatus['state']): void;
  /** Ends a job whose deletion was accepted. */
  end(uid: string): void;
}

/** A job of the fake backend. */
export interface FakeJob {
  readonly request: PodCreateRequests;
  readonly jobId: string;
  /** States of its ephemeral containers. */
  readonly ephemeral: Map<string, ContainerStatus['state']>;
  state: ContainerStatus['state'];
}

/** A backend whose pods run as soon as they are created. */
export function createFakeInterLink(options: FakeOptions = {}): FakeInterLink {
  const { ours = true, startsAs = { running: { startedAt: new Date().toISOString() } } } = options;
  const jobs = new Map<string, FakeJob>();
  const listeners = new Set<(event: PodStatusEvent) => void>();
  const announced = announcedFeatures({ interlink: { version: 1, features: [...(options.features ?? [])] } });

  function statusOf(pod: Pod): PodStatus {
    const { uid = '', name = '', namespace = '' } = pod.metadata ?? {};
    const job = jobs.get(uid);
    const answer = { UID: uid, name, namespace, JID: job?.jobId ?? '' };
    const state = job?.state ?? { waiting: { reason: 'Unknown' } };
    const containers = (pod.spec?.containers ?? []).map((container) => containerStatus(container.name, state));
    if (!ours) return { ...answer, containers };
    const added = [...(job?.ephemeral ?? [])].map(([name, own]) => containerStatus(name, own));
    const ephemeral = added.length > 0 ? { ephemeralContainers: added } : {};
    return { ...answer, containers, ...ephemeral, interlink: { state: job === undefined ? 'gone' : 'known' } };
  }

  const tell = (pod: Pod): void => listeners.forEach((listener) => listener(statusOf(pod)));
  const fake: FakeInterLink = {
    name: 'fake',
    features: () => announced,
    accepts: () => new Set(options.accepts),
    creates: [],
    deletes: [],
    updates: [],
    updateErrors: [],
    questions: [],
    createErrors: [],
    deleteErrors: [],
    jobs,
    statusAnswer: undefined,
    endsAtOnce: true,
    ping: () => Promise.resolve({ interlink: { version: 1, features: [...(options.features ?? [])] } }),
    create(request) {
      const uid = request.pod.metadata?.uid ?? '';
      fake.creates.push(uid);
      const error = fake.createErrors.shift();
      if (error !== undefined) return Promise.reject(error);
      const job = jobs.get(uid) ?? { request, jobId: `job-${jobs.size + 1}`, ephemeral: new Map(), state: startsAs };
      jobs.set(uid, job);
      tell(request.pod);
      return Promise.resolve({ PodUID: uid, PodJID: job.jobId });
    },
    update(request) {
      const error = fake.updateErrors.shift();
      if (error !== undefined) return Promise.reject(error);
      fake.updates.push(request);
      const job = jobs.get(request.pod.metadata?.uid ?? '');
      const running = { running: { startedAt: new Date().toISOString() } };
      for (const { name } of request.pod.spec?.ephemeralContainers ?? []) {
        if (job?.ephemeral.has(name) === false) job.ephemeral.set(name, running);
      }
      tell(request.pod);
      return Promise.resolve();
    },
    status(pods) {
      fake.questions.push(pods.length);
      return Promise.resolve(fake.statusAnswer?.(pods) ?? pods.map(statusOf));
    },
    delete(pod) {
      const uid = pod.metadata?.uid ?? '';
      fake.deletes.push(uid);
      const error = fake.deleteErrors.shift();
      if (error !== undefined) return Promise.reject(error);
      if (fake.endsAtOnce) fake.end(uid);
      return Promise.resolve();
    },
    set(uid, state) {
      const job = jobs.get(uid);
      if (job === undefined) throw new Error(`no job of ${uid}`);
      job.state = state;
      tell(job.request.pod);
    },
    end(uid) {
      const job = jobs.get(uid);
      jobs.delete(uid);
      if (job !== undefined) tell(job.request.pod);
    },
    logs: () => Promise.reject(new Error('the fake has no logs')),
    updateCache: () => Promise.resolve(),
    list: () => Promise.resolve([...jobs.values()].map(heldPod)),
    watch: (call) => events(listeners, call?.signal),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return fake;
}

function containerStatus(name: string, state: ContainerStatus['state']): ContainerStatus {
  const ready = state?.running !== undefined;
  return { name, image: '', imageID: '', ready, restartCount: 0, ...(state ? { state } : {}) };
}

function heldPod({ request, jobId }: FakeJob): HeldPod {
  const { uid = '', name = '', namespace = '', annotations } = request.pod.metadata ?? {};
  const node = request.pod.spec?.nodeName ?? '';
  return { uid, name, namespace, node, cluster: annotations?.['interlink.eu/cluster-id'] ?? '', jobId };
}

async function* events(
  listeners: Set<(event: PodStatusEvent) => void>,
  signal: AbortSignal | undefined,
): AsyncGenerator<PodStatusEvent, void> {
  const waiting: PodStatusEvent[] = [{ heartbeat: new Date().toISOString() }];
  let wake = (): void => undefined;
  const listener = (event: PodStatusEvent): void => {
    waiting.push(event);
    wake();
  };
  listeners.add(listener);
  const onAbort = (): void => wake();
  signal?.addEventListener('abort', onAbort);
  try {
    for (;;) {
      signal?.throwIfAborted();
      const event = waiting.shift();
      if (event === undefined) await new Promise<void>((resolve) => (wake = resolve));
      else yield event;
    }
  } finally {
    listeners.delete(listener);
    signal?.removeEventListener('abort', onAbort);
  }
}
