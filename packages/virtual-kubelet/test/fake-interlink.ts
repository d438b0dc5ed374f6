import {
  UnavailableError,
  type InterLinkApi,
  type LogStruct,
  type PingResponse,
  type Pod,
  type PodStatus,
} from '@interlink/spec';

/** An interLink API in memory: pods run at once, and tests turn its knobs. */
export interface FakeInterLink extends InterLinkApi {
  /** What a ping answers; undefined: it fails. */
  pingAnswer: PingResponse | undefined;
  /** What a log request gives; sees the request. */
  onLogs: (request: LogStruct, signal: AbortSignal | undefined) => AsyncIterable<Uint8Array>;
  readonly logRequests: LogStruct[];
  /** Names of pods whose containers have not started. */
  readonly notStarted: Set<string>;
  /** Pings so far. */
  pings: number;
}

/** The backend of a test. */
export function createFakeInterLink(): FakeInterLink {
  const held = new Map<string, Pod>();
  const stateOf = ({ metadata }: Pod): FakeState => {
    if (!held.has(metadata?.uid ?? '')) return 'gone';
    return api.notStarted.has(metadata?.name ?? '') ? 'waiting' : 'running';
  };
  const api: FakeInterLink = {
    name: 'fake',
    pingAnswer: { status: 'ok' },
    onLogs: () => textLog('hello\n'),
    logRequests: [],
    notStarted: new Set(),
    pings: 0,
    ping() {
      api.pings += 1;
      const answer = api.pingAnswer;
      return answer === undefined
        ? Promise.reject(new UnavailableError('the backend is down'))
        : Promise.resolve(answer);
    },
    create({ pod }) {
      const uid = pod.metadata?.uid ?? '';
      held.set(uid, pod);
      return Promise.resolve({ PodUID: uid, PodJID: `job-${uid}` });
    },
    status: (pods) => Promise.resolve(pods.map((pod) => statusOf(pod, stateOf(pod)))),
    delete(pod) {
      held.delete(pod.metadata?.uid ?? '');
      return Promise.resolve();
    },
    logs(request, options) {
      api.logRequests.push(request);
      return Promise.resolve(api.onLogs(request, options?.signal));
    },
    updateCache: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return api;
}

/** A log of one text. */
export async function* textLog(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text));
}

type FakeState = 'gone' | 'waiting' | 'running';

const containerStates = {
  gone: { waiting: { reason: 'Gone' } },
  waiting: { waiting: { reason: 'ContainerCreating' } },
  running: { running: { startedAt: '2026-01-01T00:00:00Z' } },
} as const;

function statusOf(pod: Pod, state: FakeState): PodStatus {
  const uid = pod.metadata?.uid ?? '';
  const containers = (pod.spec?.containers ?? []).map(({ name, image = '' }) => ({
    name,
    image,
    imageID: '',
    ready: state === 'running',
    restartCount: 0,
    state: containerStates[state],
  }));
  const { name = '', namespace = '' } = pod.metadata ?? {};
  return {
    UID: uid,
    name,
    namespace,
    JID: `job-${uid}`,
    containers,
    interlink: { state: state === 'gone' ? 'gone' : 'known' },
  };
}
