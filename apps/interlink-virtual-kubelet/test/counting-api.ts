import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Pod, PodCreateRequests } from '@interlink/spec';

/** One create or delete that reached the backend. */
export interface BackendWrite {
  readonly operation: 'create' | 'delete';
  readonly uid: string;
  /** The bearer token: which replica sent it. */
  readonly from: string;
  /** When the request came, in milliseconds since 1970. */
  readonly at: number;
}

/**
 * A backend as the Go components are: it announces nothing, and a second create of a pod is a second job.
 */
export interface CountingApi extends AsyncDisposable {
  readonly url: string;
  /** In the order in which they came. */
  readonly writes: BackendWrite[];
  /** UIDs of pods with a job, once for each job. */
  jobs(): readonly string[];
  /** Longest time that a create takes, in milliseconds. Default 300. */
  slowness: number;
  /** What it answers for every log. */
  log: string;
}

/** Starts it on a free port of this machine. */
export async function startCountingApi(): Promise<CountingApi> {
  const writes: BackendWrite[] = [];
  let jobs: string[] = [];

  async function answer(request: IncomingMessage, body: string): Promise<string> {
    const from = request.headers.authorization?.replace('Bearer ', '') ?? '';
    const note = (operation: BackendWrite['operation'], pod: Pod): string => {
      const uid = pod.metadata?.uid ?? '';
      writes.push({ operation, uid, from, at: Date.now() });
      return uid;
    };
    switch (request.url) {
      case '/pinglink':
        return 'OK';
      case '/create': {
        const uid = note('create', (JSON.parse(body) as PodCreateRequests).pod);
        jobs.push(uid);
        await delay(Math.random() * api.slowness);
        return JSON.stringify({ PodUID: uid, PodJID: `job-${uid}` });
      }
      case '/delete': {
        const uid = note('delete', JSON.parse(body) as Pod);
        jobs = jobs.filter((job) => job !== uid);
        return 'accepted';
      }
      case '/status':
        return JSON.stringify(
          (JSON.parse(body) as Pod[]).filter(({ metadata }) => jobs.includes(metadata?.uid ?? '')).map(runningStatus),
        );
      case '/getLogs':
        return api.log;
      default:
        return '';
    }
  }

  const server = createServer((request, response) => {
    void readBody(request)
      .then((body) => answer(request, body))
      .then(
        (text) => response.end(text),
        () => response.destroy(),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const api: CountingApi = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    writes,
    jobs: () => jobs,
    slowness: 300,
    log: '',
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return api;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function runningStatus({ metadata, spec }: Pod): object {
  const { name, namespace, uid } = metadata ?? {};
  const containers = (spec?.containers ?? []).map((container) => ({
    name: container.name,
    state: { running: { startedAt: '2026-07-20T10:00:05Z' } },
    ready: true,
    restartCount: 0,
    image: '',
    imageID: '',
  }));
  return { name, UID: uid, namespace, JID: `job-${uid ?? ''}`, containers, initContainers: null };
}
