import type { CallOptions, ExecRequest, ExitStatus } from '@interlink/spec';
import { needsFeature, type Check, type CheckContext, checksOf } from '../kit/check.ts';
import { poll, within } from '../kit/deadline.ts';
import { ensure, ensureEqual, ensureRejects, settle, show } from '../kit/expect.ts';
import type { TestPod } from '../kit/pod-factory.ts';
import { isRunning } from '../kit/pod-state.ts';
import {
  heldInput,
  inputOf,
  patternBytes,
  recordSession,
  textOf,
  type RecordedSession,
} from '../kit/session-streams.ts';

const appliesTo = needsFeature('exec');
const untilStopped = 'trap "exit 0" TERM; while :; do sleep 0.2; done';
const endSeconds = 20;
const tenMegabytes = 10_000_000;

/** What names a container in a request. */
export function containerOf({ metadata }: TestPod, containerName = 'main'): Omit<ExecRequest, 'command'> {
  return { namespace: metadata.namespace, podUid: metadata.uid, podName: metadata.name, containerName };
}

/** A pod that runs until it is deleted. */
export async function runningPod(
  { pods, create, waitFor }: CheckContext,
  script = untilStopped,
  env?: Readonly<Record<string, string>>,
): Promise<TestPod> {
  const pod = pods.running(script, env);
  await create(pod);
  await waitFor(pod, 'running', isRunning);
  return pod;
}

/** A call of the plugin's exec. */
export function exec(
  { plugin, signal }: CheckContext,
  request: ExecRequest,
  { session = recordSession(), ...call }: CallOptions & { readonly session?: RecordedSession } = {},
): Promise<ExitStatus> {
  const run = plugin.exec?.(request, session, { signal, ...call });
  ensure(run !== undefined, 'the plugin announces "exec" and has no such method');
  return run;
}

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a shell script in a pod's container. */
async function sh(
  context: CheckContext,
  pod: TestPod,
  script: string,
  stdin?: AsyncIterable<Uint8Array>,
): Promise<Ended> {
  const session = recordSession(stdin);
  const command = [...context.settings.shell, script];
  const { exitCode } = await exec(context, { ...containerOf(pod), command }, { session });
  return { exitCode, stdout: textOf(session.got.stdout), stderr: textOf(session.got.stderr) };
}

const output: readonly Omit<Check, 'group' | 'appliesTo'>[] = [
  {
    name: 'gives output and errors apart, and the exit code',
    run: async (context) => {
      const pod = await runningPod(context);
      const ended = await sh(context, pod, 'echo out; echo error >&2; exit 7');
      ensureEqual(ended, { exitCode: 7, stdout: 'out\n', stderr: 'error\n' }, 'the end of the command');
      ensureEqual((await sh(context, pod, 'exit 0')).exitCode, 0, 'exit code of a command that ended well');
    },
  },
  {
    name: 'gives 128 and the number of the signal that ended a command',
    run: async (context) => {
      const pod = await runningPod(context);
      ensureEqual((await sh(context, pod, 'kill -9 $$')).exitCode, 137, 'exit code of a command that SIGKILL ended');
    },
  },
  {
    name: 'runs the command in the container: its environment, its words as they are',
    run: async (context) => {
      const pod = await runningPod(context, untilStopped, { GREETING: 'hello "$USER"' });
      const words = ['$(id)', '`id`', "'", '"', '\\', '', '--', '-n', 'a b', 'ä✓', '; exit 9', 'two\nlines'];
      const command = [...context.settings.shell, 'printf "%s|" "$GREETING" "$@"', 'sh', ...words];
      const session = recordSession();
      await exec(context, { ...containerOf(pod), command }, { session });
      const expected = ['hello "$USER"', ...words].map((word) => `${word}|`).join('');
      ensureEqual(textOf(session.got.stdout), expected, 'the words that the command got');
    },
  },
  {
    name: 'passes the input on, and its end',
    run: async (context) => {
      const pod = await runningPod(context);
      const ended = await sh(context, pod, 'cat; echo " and its end"', inputOf('the input'));
      ensureEqual(ended, { exitCode: 0, stdout: 'the input and its end\n', stderr: '' }, 'the end of the command');
    },
  },
  {
    name: 'gives an empty input where the caller has none',
    run: async (context) => {
      const pod = await runningPod(context);
      const ended = await within(sh(context, pod, 'cat; echo end'), endSeconds);
      ensureEqual(ended?.value.stdout, 'end\n', 'output of a command that reads to the end of its input');
    },
  },
  {
    name: 'carries 10 MB in both directions byte for byte',
    run: async (context) => {
      const pod = await runningPod(context);
      const content = patternBytes(tenMegabytes);
      const session = recordSession(inputOf(content));
      const command = [...context.settings.shell, 'cat'];
      ensureEqual((await exec(context, { ...containerOf(pod), command }, { session })).exitCode, 0, 'exit code of cat');
      const back = Buffer.concat(session.got.stdout);
      ensureEqual(back.length, tenMegabytes, 'bytes that came back');
      ensure(back.equals(content), 'the bytes that came back are not those that were sent');
    },
  },
  {
    name: 'has a terminal where one is asked for, or refuses it as unsupported',
    run: async (context) => {
      const pod = await runningPod(context);
      const session = recordSession();
      const command = [...context.settings.shell, 'test -t 0 && test -t 1 && echo terminal; exit 3'];
      const run = exec(context, { ...containerOf(pod), command, tty: true }, { session });
      const outcome = await settle(run);
      if ('error' in outcome) {
        await ensureRejects(run, ['ILK_UNSUPPORTED'], 'exec with a terminal');
        return;
      }
      ensureEqual(outcome.value.exitCode, 3, 'exit code of the command');
      ensure(textOf(session.got.stdout).includes('terminal'), `no terminal: ${show(textOf(session.got.stdout))}`);
    },
  },
];

const refusals: readonly Omit<Check, 'group' | 'appliesTo'>[] = [
  {
    name: 'refuses an unknown pod and an unknown container',
    run: async (context) => {
      const command = ['true'];
      const unknown = exec(context, { ...containerOf(context.pods.running('exit 0')), command });
      await ensureRejects(unknown, ['ILK_NOT_FOUND'], 'exec in an unknown pod');
      const pod = await runningPod(context);
      const nobody = exec(context, { ...containerOf(pod, 'nobody'), command });
      await ensureRejects(nobody, ['ILK_NOT_FOUND'], 'exec in an unknown container');
    },
  },
  {
    name: 'refuses a container that is not running',
    run: async (context) => {
      const pod = context.pods.running('exit 0');
      await context.create(pod);
      await context.waitForEnd(pod);
      const late = exec(context, { ...containerOf(pod), command: ['true'] });
      await ensureRejects(late, ['ILK_CONFLICT'], 'exec in a container that has ended');
    },
  },
];

const ends: readonly Omit<Check, 'group' | 'appliesTo'>[] = [
  {
    name: 'rejects with the reason of a signal that has aborted',
    run: async (context) => {
      const reason = new Error('the caller has enough');
      const request = { ...containerOf(context.pods.running('exit 0')), command: ['true'] };
      const outcome = await settle(exec(context, request, { signal: AbortSignal.abort(reason) }));
      ensure('error' in outcome && outcome.error === reason, 'the call did not reject with the reason');
    },
  },
  {
    name: 'ends the command by the signal, and leaves nothing of it running',
    run: async (context) => {
      const pod = await runningPod(context);
      const file = `/tmp/${pod.metadata.name}.ticks`;
      const ticking = `trap "" HUP TERM; while :; do echo tick >> ${file}; sleep 0.1; done`;
      const command = [...context.settings.shell, `(${ticking}) & ${ticking}`];
      const stop = new AbortController();
      const session = recordSession(heldInput(''));
      const signal = AbortSignal.any([context.signal, stop.signal]);
      const running = settle(exec(context, { ...containerOf(pod), command }, { session, signal }));
      const count = async (): Promise<number> => (await sh(context, pod, `cat ${file} 2>/dev/null`)).stdout.length;
      const reached = async (test: () => Promise<boolean>): Promise<boolean> => {
        const look = async (): Promise<true | undefined> => ((await test()) ? true : undefined);
        return (await poll(look, { seconds: endSeconds, signal: context.signal })) === true;
      };
      ensure(await reached(async () => (await count()) > 0), 'the command did not start');
      const reason = new Error('enough');
      stop.abort(reason);
      const outcome = await within(running, endSeconds);
      ensure(outcome !== undefined, `the call is still open ${endSeconds} s after the signal`);
      ensure('error' in outcome.value && outcome.value.error === reason, 'the call did not reject with the reason');
      // Still when a whole second passed between two looks.
      const isStill = async (): Promise<boolean> => {
        const before = await count();
        await sh(context, pod, 'sleep 1');
        return (await count()) === before;
      };
      const stopped = await reached(isStill);
      await sh(context, pod, `rm -f ${file}`);
      ensure(stopped, 'something of the command still runs after the signal');
    },
  },
  {
    name: 'ends with its container',
    run: async (context) => {
      const pod = await runningPod(context);
      const command = [...context.settings.shell, 'echo up; sleep 600'];
      const session = recordSession();
      const running = settle(exec(context, { ...containerOf(pod), command }, { session }));
      const isUp = (): Promise<true | undefined> => Promise.resolve(session.got.stdout.length > 0 ? true : undefined);
      ensure((await poll(isUp, { seconds: endSeconds, signal: context.signal })) === true, 'the command did not start');
      await context.plugin.delete(pod, { signal: context.signal });
      await context.waitUntilGone(pod);
      const outcome = await within(running, endSeconds);
      ensure(outcome !== undefined, `the call is still open ${endSeconds} s after its pod is gone`);
      ensure('error' in outcome.value || outcome.value.value.exitCode !== 0, 'the command seems to have ended well');
    },
  },
];

/** A command in a running container. */
export const execChecks = checksOf(
  'exec',
  [...output, ...refusals, ...ends].map((check) => ({ ...check, appliesTo })),
);
