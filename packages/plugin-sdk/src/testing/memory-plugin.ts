import {
  NotFoundError,
  type CallOptions,
  type CreateStruct,
  type HeldPod,
  type LogStruct,
  type PingResponse,
  type Plugin,
  type Pod,
  type PodStatus,
  type PodStatusEvent,
  type RetrievedPodData,
} from '@interlink/spec';

/** A plugin that only remembers, for tests of the HTTP adapters. */
export interface MemoryPlugin extends Plugin {
  /** Every call: its name and what it was given. */
  readonly calls: { readonly name: string; readonly request: unknown; readonly options: CallOptions | undefined }[];
  /** Sends an event to every watcher. */
  emit(event: PodStatusEvent): void;
  /** Watchers and logs that were not ended. */
  readonly openStreams: number;
  list(options?: CallOptions): Promise<readonly HeldPod[]>;
  watch(options?: CallOptions): AsyncIterable<PodStatusEvent>;
}

/** What a test wants otherwise. */
export type MemoryPluginOptions = Partial<
  Pick<
    Plugin,
    'ping' | 'create' | 'status' | 'delete' | 'logs' | 'list' | 'watch' | 'exec' | 'attach' | 'portForward' | 'update'
  >
>;

const jobIdStart = 1000;

function statusOf(pod: Pod, known: Pod | undefined): PodStatus {
  const uid = pod.metadata?.uid ?? '';
  const containers = (pod.spec?.containers ?? []).map(({ name }) => ({
    name,
    image: '',
    imageID: '',
    ready: false,
    restartCount: 0,
    state: { waiting: { reason: 'Queued' } },
  }));
  const state = known === undefined ? 'gone' : 'known';
  return {
    UID: uid,
    name: pod.metadata?.name ?? '',
    namespace: pod.metadata?.namespace ?? '',
    containers,
    interlink: { state },
  };
}

/** A {@link MemoryPlugin}; `overrides` replace single methods. */
export function createMemoryPlugin(overrides: MemoryPluginOptions = {}): MemoryPlugin {
  const pods = new Map<string, { pod: Pod; jobId: string }>();
  const watchers = new Set<(event: PodStatusEvent) => void>();
  const calls: MemoryPlugin['calls'] = [];
  let openStreams = 0;

  const record = (name: string, request: unknown, options: CallOptions | undefined): void => {
    calls.push({ name, request, options });
    options?.signal?.throwIfAborted();
  };

  async function create(data: RetrievedPodData): Promise<CreateStruct> {
    const uid = data.pod.metadata?.uid ?? '';
    const held = pods.get(uid) ?? { pod: data.pod, jobId: String(jobIdStart + pods.size) };
    pods.set(uid, held);
    return Promise.resolve({ PodUID: uid, PodJID: held.jobId });
  }

  async function* logLines(request: LogStruct, options: CallOptions | undefined): AsyncGenerator<Uint8Array, void> {
    openStreams += 1;
    try {
      yield Buffer.from(`log of ${request.PodName}\n`);
      if (request.Opts?.Follow === true) await untilAborted(options?.signal);
    } finally {
      openStreams -= 1;
    }
  }

  async function* watch(options: CallOptions | undefined): AsyncGenerator<PodStatusEvent, void> {
    const queue: PodStatusEvent[] = [];
    let wake = (): void => undefined;
    const push = (event: PodStatusEvent): void => {
      queue.push(event);
      wake();
    };
    watchers.add(push);
    openStreams += 1;
    options?.signal?.addEventListener('abort', () => wake());
    try {
      for (;;) {
        options?.signal?.throwIfAborted();
        const event = queue.shift();
        if (event !== undefined) yield event;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      openStreams -= 1;
      watchers.delete(push);
    }
  }

  return {
    name: 'memory',
    calls,
    get openStreams() {
      return openStreams;
    },
    emit: (event) => watchers.forEach((push) => push(event)),
    ping: async (options) => {
      record('ping', undefined, options);
      return overrides.ping === undefined ? ({ status: 'ok' } satisfies PingResponse) : overrides.ping(options);
    },
    create: async (data, options) => {
      record('create', data, options);
      return overrides.create === undefined ? create(data) : overrides.create(data, options);
    },
    status: async (asked, options) => {
      record('status', asked, options);
      if (overrides.status !== undefined) return overrides.status(asked, options);
      return asked.map((pod) => statusOf(pod, pods.get(pod.metadata?.uid ?? '')?.pod));
    },
    delete: async (pod, options) => {
      record('delete', pod, options);
      if (overrides.delete !== undefined) await overrides.delete(pod, options);
      else pods.delete(pod.metadata?.uid ?? '');
    },
    logs: async (request, options) => {
      record('logs', request, options);
      if (overrides.logs !== undefined) return overrides.logs(request, options);
      if (!pods.has(request.PodUID)) throw new NotFoundError(`pod ${request.PodUID} is not known`);
      return logLines(request, options);
    },
    list: async (options) => {
      record('list', undefined, options);
      if (overrides.list !== undefined) return overrides.list(options);
      return [...pods].map(([uid, { pod, jobId }]) => {
        const { name = '', namespace = '' } = pod.metadata ?? {};
        return { uid, name, namespace, jobId };
      });
    },
    watch: (options) => {
      record('watch', undefined, options);
      return overrides.watch === undefined ? watch(options) : overrides.watch(options);
    },
    ...streamingOf(overrides),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Only what was given: a plugin announces what it has. */
function streamingOf({
  exec,
  attach,
  portForward,
  update,
}: MemoryPluginOptions): Pick<Plugin, 'exec' | 'attach' | 'portForward' | 'update'> {
  return {
    ...(exec && { exec }),
    ...(attach && { attach }),
    ...(portForward && { portForward }),
    ...(update && { update }),
  };
}

function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal?.aborted === true) reject(signal.reason as Error);
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
