import type { CallOptions, ExecRequest, Plugin, StreamSession } from '@interlink/spec';
import type { BrokenPlugin } from './broken-plugin.ts';
import type { Breakage } from './shell-plugin.ts';

/** A breakage that changes what exec is asked, or what it is given. */
function changedExec(
  change: (
    request: ExecRequest,
    streams: StreamSession,
    options: CallOptions | undefined,
  ) => Parameters<NonNullable<Plugin['exec']>>,
): Breakage {
  return (correct) => ({
    exec: async (request, streams, options) => {
      const status = await correct.exec?.(...change(request, streams, options));
      return status ?? { exitCode: 0 };
    },
  });
}

const orphanSignal = new AbortController().signal;

/** Mistakes in exec, attach and port-forward. */
export const brokenStreams: readonly BrokenPlugin[] = [
  {
    what: 'sends errors with the output of a command',
    group: 'exec',
    fails: ['gives output and errors apart, and the exit code'],
    breakage: changedExec((request, streams, options) => [request, { ...streams, stderr: streams.stdout }, options]),
  },
  {
    what: 'gives a command that failed the exit code 0',
    group: 'exec',
    fails: [
      'gives output and errors apart, and the exit code',
      'gives 128 and the number of the signal that ended a command',
    ],
    breakage: (correct) => ({
      exec: async (...call) => {
        await correct.exec?.(...call);
        return { exitCode: 0 };
      },
    }),
  },
  {
    what: 'gives the words of a command to a shell',
    group: 'exec',
    fails: ['runs the command in the container: its environment, its words as they are'],
    breakage: changedExec((request, streams, options) => {
      const text = request.command.map((word) => `"${word}"`).join(' ');
      return [{ ...request, command: ['/bin/sh', '-c', text] }, streams, options];
    }),
  },
  {
    what: 'drops the input of a command',
    group: 'exec',
    fails: ['passes the input on, and its end', 'carries 10 MB in both directions byte for byte'],
    breakage: changedExec((request, { stdout, stderr }, options) => [request, { stdout, stderr }, options]),
  },
  {
    what: 'leaves the input of a command open where there is none',
    group: 'exec',
    fails: ['gives an empty input where the caller has none'],
    breakage: changedExec((request, streams, options) => {
      const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) };
      return [request, { ...streams, stdin: streams.stdin ?? silent }, options];
    }),
  },
  {
    what: 'takes the output of a command for text',
    group: 'exec',
    fails: ['carries 10 MB in both directions byte for byte'],
    breakage: changedExec((request, streams, options) => {
      const stdout = (chunk: Uint8Array) => streams.stdout(Buffer.from(Buffer.from(chunk).toString('utf8')));
      return [request, { ...streams, stdout }, options];
    }),
  },
  {
    what: 'drops output of a caller that is slow',
    group: 'exec',
    fails: ['carries 10 MB in both directions byte for byte'],
    breakage: changedExec((request, streams, options) => {
      let given = 0;
      const stdout = (chunk: Uint8Array) => {
        given += 1;
        return given % 50 === 0 ? Promise.resolve() : streams.stdout(chunk);
      };
      return [request, { ...streams, stdout }, options];
    }),
  },
  {
    what: 'says that there is a terminal where there is none',
    group: 'exec',
    fails: ['has a terminal where one is asked for, or refuses it as unsupported'],
    breakage: changedExec((request, streams, options) => [{ ...request, tty: false }, streams, options]),
  },
  {
    what: 'runs a command in the main container whichever is asked',
    group: 'exec',
    fails: ['refuses an unknown pod and an unknown container'],
    breakage: changedExec((request, streams, options) => [{ ...request, containerName: 'main' }, streams, options]),
  },
  {
    what: 'takes an ended container for an unknown one',
    group: 'exec',
    fails: ['refuses a container that is not running'],
    breakage: (correct, world) => ({
      exec: async (request, streams, options) => {
        if (world.pods.get(request.podUid)?.running(request.containerName) === undefined) return { exitCode: 1 };
        return (await correct.exec?.(request, streams, options)) ?? { exitCode: 0 };
      },
    }),
  },
  {
    what: 'lets a command run on without its caller',
    group: 'exec',
    fails: ['ends the command by the signal, and leaves nothing of it running'],
    breakage: (correct) => ({
      exec: (request, streams, options) => {
        const run = correct.exec?.(request, streams, { signal: orphanSignal }) ?? Promise.resolve({ exitCode: 0 });
        return Promise.race([run, rejected(options?.signal)]);
      },
    }),
  },
  {
    what: 'does not hear the signal of an exec',
    group: 'exec',
    fails: ['rejects with the reason of a signal that has aborted'],
    breakage: changedExec((request, streams) => [request, streams, undefined]),
  },
  {
    what: 'lets a command run on without its container',
    group: 'exec',
    fails: ['ends with its container'],
    breakage: (correct, world) => ({
      exec: (request, streams, options) => {
        const pod = world.pods.get(request.podUid);
        if (pod !== undefined) Object.assign(pod, { join: () => undefined });
        return correct.exec?.(request, streams, options) ?? Promise.resolve({ exitCode: 0 });
      },
    }),
  },
  {
    what: 'sends the whole log to who attaches',
    group: 'attach',
    fails: ['gives what a container writes from now on, and ends with it'],
    breakage: (correct) => ({
      attach: async (request, { stdout }, options) => {
        const { podUid: PodUID, namespace: Namespace, podName: PodName, containerName: ContainerName } = request;
        const log = await correct.logs({ PodUID, Namespace, PodName, ContainerName, Opts: { Follow: true } }, options);
        for await (const chunk of log) await stdout(chunk);
        return { exitCode: 0 };
      },
    }),
  },
  {
    what: 'gives the exit code of the container as that of the session',
    group: 'attach',
    fails: ['gives what a container writes from now on, and ends with it'],
    breakage: (correct) => ({
      attach: async (...call) => {
        await correct.attach?.(...call);
        return { exitCode: 3 };
      },
    }),
  },
  {
    what: 'drops the input of who attaches',
    group: 'attach',
    fails: [
      'brings the input to a container that has one',
      'ends the input with its first caller where the pod says so',
    ],
    breakage: (correct) => ({
      attach: async (request, { stdout, stderr }, options) =>
        (await correct.attach?.(request, { stdout, stderr }, options)) ?? { exitCode: 0 },
    }),
  },
  {
    what: 'ends the container with the session',
    group: 'attach',
    fails: ['ends by the signal and leaves the container alone'],
    breakage: (correct, world) => ({
      attach: async (request, streams, options) => {
        try {
          return (await correct.attach?.(request, streams, options)) ?? { exitCode: 0 };
        } finally {
          await world.pods.get(request.podUid)?.stop();
        }
      },
    }),
  },
  {
    what: 'attaches to whatever is there',
    group: 'attach',
    fails: ['refuses an unknown pod, an unknown container, and one that is not running'],
    breakage: () => ({ attach: () => Promise.resolve({ exitCode: 0 }) }),
  },
  {
    what: 'keeps the end of what is sent to a port to itself',
    group: 'port-forward',
    fails: ['carries a connection in both directions, and the end of what is sent'],
    breakage: (correct) => ({
      portForward: async (request, streams, options) => {
        async function* open() {
          yield* streams.stdin ?? [];
          await new Promise(() => undefined);
        }
        await correct.portForward?.(request, { ...streams, stdin: open() }, options);
      },
    }),
  },
  {
    what: 'takes what comes from a port for text',
    group: 'port-forward',
    fails: ['carries 1 MB in both directions byte for byte'],
    breakage: (correct) => ({
      portForward: async (request, streams, options) => {
        const stdout = (chunk: Uint8Array) => streams.stdout(Buffer.from(Buffer.from(chunk).toString('utf8')));
        await correct.portForward?.(request, { ...streams, stdout }, options);
      },
    }),
  },
  {
    what: 'ends a connection that nobody took as if it had been one',
    group: 'port-forward',
    fails: ['refuses a port on which nothing listens', 'refuses an unknown pod and one that is not running'],
    breakage: (correct) => ({
      portForward: async (...call) => {
        await correct.portForward?.(...call).catch(() => undefined);
      },
    }),
  },
  {
    what: 'does not hear the signal of a port-forward',
    group: 'port-forward',
    fails: ['ends by the signal'],
    breakage: (correct) => ({
      portForward: async (request, streams) => {
        await correct.portForward?.(request, streams);
      },
    }),
  },
];

function rejected(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
