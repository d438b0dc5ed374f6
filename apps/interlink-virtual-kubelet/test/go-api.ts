import type { Pod, PodCreateRequests } from '@interlink/spec';
import { startForeignServer, type ForeignAnswer, type ForeignServer, type SeenRequest } from '@interlink/testbed';

/** What the fake says of a container: the state of a `v1.ContainerStatus`. */
export type ContainerStates = Readonly<Record<string, object>>;

/** An API server as the one in Go: its routes, no extensions, and container states as a test sets them. */
export interface GoApi extends ForeignServer {
  /** What /status says of a pod from now on, by its name: states of init containers and of containers. */
  report(podName: string, states: { readonly init?: ContainerStates; readonly main?: ContainerStates }): void;
  /** Requests on a route, e.g. `POST /create`, of one pod where a name is given. */
  requests(route: string, podName?: string): readonly SeenRequest[];
  /** The text that /pinglink answers. */
  pingText: string;
}

type Told = Parameters<GoApi['report']>[1];

function toStatuses(states: ContainerStates | undefined): readonly object[] | null {
  // A nil slice in Go.
  if (states === undefined) return null;
  return Object.entries(states).map(([name, state]) => ({
    name,
    state,
    lastState: {},
    ready: false,
    restartCount: 0,
    image: '',
    imageID: '',
  }));
}

function toPodStatus(pod: Pod, told: Told): object {
  const { name, namespace, uid } = pod.metadata ?? {};
  const containers = toStatuses(told.main);
  return { name, UID: uid, namespace, JID: `job-${name ?? ''}`, containers, initContainers: toStatuses(told.init) };
}

/** Starts it on a free port. */
export async function startGoApi(): Promise<GoApi> {
  const told = new Map<string, Told>();
  const routes: Record<string, (body: string) => ForeignAnswer> = {
    'POST /pinglink': () => ({ body: api.pingText }),
    'POST /create': (body) => {
      const { pod } = JSON.parse(body) as PodCreateRequests;
      return { body: JSON.stringify({ PodUID: pod.metadata?.uid, PodJID: `job-${pod.metadata?.name ?? ''}` }) };
    },
    'GET /status': (body) => {
      const pods = JSON.parse(body) as Pod[];
      const known = pods.flatMap((pod) => {
        const found = told.get(pod.metadata?.name ?? '');
        return found === undefined ? [] : [toPodStatus(pod, found)];
      });
      // What it encodes when no pod of the question is in its cache.
      return { body: known.length === 0 ? 'null' : JSON.stringify(known) };
    },
    'DELETE /delete': (body) => {
      // What is deleted leaves its cache.
      told.delete((JSON.parse(body) as Pod).metadata?.name ?? '');
      return { status: 202, body: 'Pod deletion accepted' };
    },
    'GET /getLogs': () => ({ body: 'first line\nsecond line\n' }),
  };
  const server = await startForeignServer(({ method, path, body }) => routes[`${method} ${path}`]?.(body));
  const api: GoApi = {
    ...server,
    pingText: 'OK',
    report: (podName, states) => void told.set(podName, states),
    requests: (route, podName = '') =>
      server.seen.filter(({ method, path, body }) => `${method} ${path}` === route && body.includes(podName)),
  };
  return api;
}
