import {
  isHeartbeat,
  isInterLinkError,
  type ContainerStatus,
  type CreateStruct,
  type Plugin,
  type Pod,
  type PodStatus,
  type PodStatusEvent,
} from '@interlink/spec';
import { changedContainers, type BrokenPlugin } from './broken-plugin.ts';
import { brokenStreams } from './broken-streams.ts';
import { brokenValues } from './broken-values.ts';
import { goneStatus, uidOf, type Breakage } from './shell-plugin.ts';

type ChangeStatus = (status: PodStatus, pod: Pod) => PodStatus;

/** A breakage that changes every status of a known pod. */
function changedStatus(change: ChangeStatus): Breakage {
  return (correct) => ({
    status: async (pods, options) => {
      const statuses = await correct.status(pods, options);
      return statuses.map((status, index) => change(status, pods[index] ?? {}));
    },
  });
}

const terminated = (container: ContainerStatus): ContainerStatus => ({
  ...container,
  state: { terminated: { exitCode: 0, reason: 'Completed' } },
});

let made = 0;

/** Each is a mistake that a real plugin has made, or could. */
export const brokenPlugins: readonly BrokenPlugin[] = [
  ...brokenStreams,
  ...brokenValues,
  {
    what: 'takes any update',
    group: 'update',
    fails: [
      'starts an ephemeral container once, or refuses it as unsupported',
      'rejects with ILK_NOT_FOUND for an unknown pod and with ILK_CONFLICT for one that has ended',
    ],
    breakage: () => ({ update: () => Promise.resolve() }),
  },
  {
    what: 'updates a pod that has ended',
    group: 'update',
    fails: ['rejects with ILK_NOT_FOUND for an unknown pod and with ILK_CONFLICT for one that has ended'],
    breakage: (correct) => ({
      update: async (data, options) => {
        await correct.update?.(data, options).catch((error: unknown) => {
          if (!isInterLinkError(error) || error.code !== 'ILK_CONFLICT') throw error;
        });
      },
    }),
  },
  {
    what: 'submits again for the same UID',
    group: 'idempotence',
    fails: [
      'gives the same job id for the same UID again, and no second job',
      'gives one job id to creates of the same UID at the same time',
    ],
    breakage: (correct, world) => ({
      create: (data): Promise<CreateStruct> =>
        Promise.resolve({ PodUID: uidOf(data.pod), PodJID: world.start(data).jobId }),
    }),
  },
  {
    what: 'answers a create and queues nothing',
    group: 'create',
    fails: ['answers the UID of the pod and a job id, and runs the job'],
    breakage: () => ({
      create: (data) => Promise.resolve({ PodUID: uidOf(data.pod), PodJID: String((made += 1)) }),
    }),
  },
  {
    what: 'gives every pod the same job id',
    group: 'create',
    fails: ['keeps pods apart that are created at the same time'],
    breakage: (correct) => ({
      create: async (data, options) => ({ ...(await correct.create(data, options)), PodJID: '1' }),
    }),
  },
  {
    what: 'passes values through a shell',
    group: 'create',
    fails: ['gives the container its command and environment unchanged'],
    breakage: changedContainers((container) => ({
      ...container,
      env: (container.env ?? []).map(({ name, value }) => ({ name, value: (value ?? '').replaceAll(/["'\\]/g, '') })),
    })),
  },
  {
    what: 'leaves the last container out of the status',
    group: 'status',
    fails: ['has every container of the spec in its order, init containers too'],
    breakage: changedStatus((status) => ({ ...status, containers: (status.containers ?? []).slice(0, 1) })),
  },
  {
    what: 'leaves init containers out of the status',
    group: 'status',
    fails: ['has every container of the spec in its order, init containers too'],
    breakage: changedStatus((status) => ({ ...status, initContainers: [] })),
  },
  {
    what: 'sorts the containers by name',
    group: 'status',
    fails: ['has every container of the spec in its order, init containers too'],
    breakage: changedStatus((status) => ({
      ...status,
      containers: (status.containers ?? []).toSorted((left, right) => (left.name < right.name ? -1 : 1)),
    })),
  },
  {
    what: 'takes an unknown pod for one that succeeded',
    group: 'status',
    fails: ['says of an unknown pod that it is gone, its containers waiting and never terminated'],
    breakage: changedStatus((status) =>
      status.interlink?.state === 'gone'
        ? { ...status, containers: (status.containers ?? []).map(terminated) }
        : status,
    ),
  },
  {
    what: 'takes a pod that waits for one that succeeded',
    group: 'status',
    fails: ['never starts a container whose init container failed'],
    breakage: changedStatus((status) => ({
      ...status,
      containers: (status.containers ?? []).map((container) =>
        container.state?.waiting === undefined ? container : terminated(container),
      ),
    })),
  },
  {
    what: 'leaves unknown pods out of the answer',
    group: 'status',
    fails: [
      'answers for every pod asked, in the order asked, the unknown ones among them',
      'says of an unknown pod that it is gone, its containers waiting and never terminated',
    ],
    breakage: (correct) => ({
      status: async (pods, options) =>
        (await correct.status(pods, options)).filter((status) => status.interlink?.state !== 'gone'),
    }),
  },
  {
    what: 'swaps the pods of an answer',
    group: 'status',
    fails: ['answers for every pod asked, in the order asked, the unknown ones among them'],
    breakage: (correct) => ({
      status: async (pods, options) => (await correct.status(pods, options)).toReversed(),
    }),
  },
  {
    what: 'gives a pod the containers of another',
    group: 'status',
    fails: ['answers for every pod asked, in the order asked, the unknown ones among them'],
    breakage: (correct) => ({
      status: async (pods, options) => {
        const statuses = await correct.status(pods, options);
        return statuses.map((status, index) => ({ ...status, containers: statuses.at(-1 - index)?.containers ?? [] }));
      },
    }),
  },
  {
    what: 'keeps the first status for ever',
    group: 'status',
    fails: ['says that a container runs, since when, and when it ended'],
    breakage: (correct) => {
      const first = new Map<string, PodStatus>();
      return {
        status: async (pods, options) => {
          const statuses = await correct.status(pods, options);
          return statuses.map((status) => {
            const kept = first.get(status.UID) ?? status;
            first.set(status.UID, kept);
            return kept;
          });
        },
      };
    },
  },
  {
    what: 'reports an ended pod as waiting now and then',
    group: 'status',
    fails: ['keeps the end of a pod'],
    breakage: (correct) => {
      let asked = 0;
      return {
        status: async (pods, options) => {
          const statuses = await correct.status(pods, options);
          return statuses.map((status, index) =>
            (asked += 1) % 2 === 0 ? { ...goneStatus(pods[index] ?? {}) } : status,
          );
        },
      };
    },
  },
  {
    what: 'counts the lines of a tail from the front',
    group: 'logs',
    fails: ['gives the last lines with Tail', 'combines Tail and Bytes'],
    breakage: (correct) => ({
      logs: async (request, options) => {
        const { Tail, ...rest } = request.Opts ?? {};
        const whole = await correct.logs({ ...request, Opts: rest }, options);
        return Tail === undefined || Tail === null || Tail === 0 ? whole : firstLines(whole, Tail);
      },
    }),
  },
  {
    what: 'ignores the byte limit',
    group: 'logs',
    fails: ['gives the first bytes of what is selected with Bytes'],
    breakage: (correct) => ({
      logs: (request, options) => correct.logs({ ...request, Opts: { ...request.Opts, Bytes: 0 } }, options),
    }),
  },
  {
    what: 'gives the log of the main container whichever is asked',
    group: 'logs',
    fails: [
      'keeps the logs of a pod’s containers apart, init containers too',
      'refuses the log of an unknown container',
    ],
    breakage: (correct) => ({
      logs: (request, options) => correct.logs({ ...request, ContainerName: 'main' }, options),
    }),
  },
  {
    what: 'sends a followed log when the container has ended',
    group: 'logs',
    fails: ['follows a log as it is written, and ends when the container has ended and all was read'],
    breakage: (correct) => ({
      logs: async (request, options) => {
        const chunks = await correct.logs(request, options);
        if (request.Opts?.Follow !== true) return chunks;
        const all: Uint8Array[] = [];
        for await (const chunk of chunks) all.push(chunk);
        return firstLines(all, Infinity);
      },
    }),
  },
  {
    what: 'answers the log of an unknown pod with nothing',
    group: 'logs',
    fails: ['refuses the log of an unknown pod'],
    breakage: (correct) => ({
      logs: (request, options) => correct.logs(request, options).catch(() => firstLines([], 0)),
    }),
  },
  {
    what: 'never ends a delete',
    group: 'delete',
    fails: ['ends a running pod, which is gone then', 'removes a pod that has ended'],
    breakage: () => ({ delete: () => Promise.resolve() }),
  },
  {
    what: 'refuses to delete what it does not know',
    group: 'delete',
    fails: ['resolves for an unknown pod', 'resolves for a pod that is being deleted and for one that is gone'],
    breakage: (correct, world) => ({
      delete: (pod, options) =>
        world.pods.has(uidOf(pod))
          ? correct.delete(pod, options)
          : Promise.reject(new TypeError('cannot read properties of undefined')),
    }),
  },
  {
    what: 'deletes every pod it holds',
    group: 'delete',
    fails: ['leaves the other pods alone'],
    breakage: (_, world) => ({
      delete: async () => {
        await Promise.all([...world.pods.values()].map((held) => world.end(held.pod)));
      },
    }),
  },
  {
    what: 'forgets the node of a pod in the list',
    group: 'list',
    fails: ['names a pod with its node, cluster and job until it is gone'],
    breakage: (correct) => ({
      list: async (options) =>
        ((await correct.list?.(options)) ?? []).map(({ uid, name, namespace }) => ({ uid, name, namespace })),
    }),
  },
  {
    what: 'sends no heartbeat when somebody subscribes',
    group: 'events',
    fails: ['sends a heartbeat at once, which says that the subscription holds'],
    breakage: (correct) => ({ watch: (options) => statusesOnly(correct.watch?.(options) ?? []) }),
  },
  {
    what: 'ends the stream of events by itself',
    group: 'events',
    fails: ['ends by the signal'],
    breakage: () => ({ watch: () => statusesOnly([]) }),
  },
  {
    what: 'announces what it refuses',
    group: 'features',
    fails: ['has "stats" if it is announced, else answers ILK_UNSUPPORTED'],
    breakage: () => ({ ping: () => Promise.resolve({ interlink: { version: 1, features: ['stats'] } }) }),
  },
  {
    what: 'fails otherwise than as unsupported for what it does not announce',
    group: 'features',
    fails: ['has "exec" if it is announced, else answers ILK_UNSUPPORTED'],
    breakage: () => ({
      ping: () => Promise.resolve({ interlink: { version: 1, features: ['list', 'events'] } }),
      exec: () => Promise.reject(new TypeError('not implemented')),
    }),
  },
  {
    what: 'queues a pod that cannot be run',
    group: 'bad-input',
    fails: ['refuses a pod that cannot be run, naming the field, and keeps no trace of it'],
    breakage: (_, world) => ({
      create: (data) => Promise.resolve({ PodUID: uidOf(data.pod), PodJID: world.start(data).jobId }),
    }),
  },
  {
    what: 'ignores the signal of a call',
    group: 'abort',
    fails: ['rejects ping with the reason of a signal that has aborted', 'ends a followed log by the signal'],
    breakage: (correct): Partial<Plugin> => ({
      ping: () => correct.ping(),
      logs: (request) => correct.logs(request),
    }),
  },
];

async function* statusesOnly(
  events: AsyncIterable<PodStatusEvent> | Iterable<PodStatusEvent>,
): AsyncGenerator<PodStatusEvent> {
  for await (const event of events) if (!isHeartbeat(event)) yield event;
}

/** The first lines of a log. */
async function* firstLines(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  count: number,
): AsyncGenerator<Uint8Array> {
  let text = '';
  for await (const chunk of chunks) text += Buffer.from(chunk).toString('utf8');
  yield Buffer.from(
    text
      .split(/(?<=\n)/)
      .slice(0, count)
      .join(''),
  );
}
