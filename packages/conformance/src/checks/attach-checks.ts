import type { CallOptions, ExitStatus } from '@interlink/spec';
import { needsFeature, type Check, type CheckContext, checksOf } from '../kit/check.ts';
import { poll, within } from '../kit/deadline.ts';
import { ensure, ensureEqual, ensureRejects, settle } from '../kit/expect.ts';
import type { TestPod } from '../kit/pod-factory.ts';
import { exitCodes, isRunning } from '../kit/pod-state.ts';
import { readLog } from '../kit/read-log.ts';
import { heldInput, recordSession, textOf, type RecordedSession } from '../kit/session-streams.ts';
import { containerOf, runningPod } from './exec-checks.ts';

const endSeconds = 20;

function attach(
  { plugin, signal }: CheckContext,
  pod: TestPod,
  {
    session = recordSession(),
    containerName = 'main',
    ...call
  }: CallOptions & {
    readonly session?: RecordedSession;
    readonly containerName?: string;
  } = {},
): Promise<ExitStatus> {
  const run = plugin.attach?.(containerOf(pod, containerName), session, { signal, ...call });
  ensure(run !== undefined, 'the plugin announces "attach" and has no such method');
  return run;
}

async function waitForOutput({ signal }: CheckContext, session: RecordedSession, text: string): Promise<void> {
  const look = (): Promise<true | undefined> =>
    Promise.resolve(textOf(session.got.stdout).includes(text) ? true : undefined);
  const found = await poll(look, { seconds: endSeconds, signal });
  ensure(found === true, `"${text}" did not come within ${endSeconds} s`);
}

const sentences: readonly Omit<Check, 'group' | 'appliesTo'>[] = [
  {
    name: 'gives what a container writes from now on, and ends with it',
    run: async (context) => {
      const script = 'echo before; i=0; while [ $i -lt 40 ]; do echo "line $i"; i=$((i+1)); sleep 0.1; done; exit 3';
      const pod = await runningPod(context, script);
      const written = await poll(
        async () => ((await readLog(context.plugin, pod, context)).includes('line 1\n') ? true : undefined),
        { seconds: endSeconds, signal: context.signal },
      );
      ensure(written === true, 'the container writes nothing');
      const session = recordSession();
      const { exitCode } = await attach(context, pod, { session });
      ensureEqual(exitCode, 0, 'exit code of the session, which is not that of the container');
      const text = textOf(session.got.stdout) + textOf(session.got.stderr);
      ensure(!text.includes('before'), 'what was written before the call came too');
      ensure(text.endsWith('line 38\nline 39\n'), 'the last lines of the container did not come');
      ensureEqual(exitCodes(await context.waitForEnd(pod)), [3], 'exit code of the container');
    },
  },
  {
    name: 'brings the input to a container that has one',
    run: async (context) => {
      const script = 'while read -r line; do echo "got $line"; done';
      const pod = context.pods.of([{ script, fields: { stdin: true } }]);
      await context.create(pod);
      await context.waitFor(pod, 'running', isRunning);
      const session = recordSession(heldInput('a word\n'));
      const stop = new AbortController();
      const running = settle(attach(context, pod, { session, signal: AbortSignal.any([context.signal, stop.signal]) }));
      await waitForOutput(context, session, 'got a word\n');
      stop.abort(new Error('enough'));
      await running;
    },
  },
  {
    name: 'ends the input with its first caller where the pod says so',
    run: async (context) => {
      const script = 'while read -r line; do echo "got $line"; done; echo over; sleep 1';
      const pod = context.pods.of([{ script, fields: { stdin: true, stdinOnce: true } }]);
      await context.create(pod);
      await context.waitFor(pod, 'running', isRunning);
      const input = heldInput('a word\n');
      const session = recordSession(input);
      const running = settle(attach(context, pod, { session }));
      await waitForOutput(context, session, 'got a word\n');
      input.end();
      await waitForOutput(context, session, 'over\n');
      await running;
      await context.waitForEnd(pod);
    },
  },
  {
    name: 'ends by the signal and leaves the container alone',
    run: async (context) => {
      const pod = await runningPod(context, 'trap "echo stopped" HUP; sleep 3; echo lived');
      const stop = new AbortController();
      const reason = new Error('enough');
      const running = settle(attach(context, pod, { signal: AbortSignal.any([context.signal, stop.signal]) }));
      ensure((await within(running, 1)) === undefined, 'the session ended by itself');
      stop.abort(reason);
      const outcome = await within(running, endSeconds);
      ensure(outcome !== undefined, `the session is still open ${endSeconds} s after the signal`);
      ensure('error' in outcome.value && outcome.value.error === reason, 'the call did not reject with the reason');
      ensureEqual(exitCodes(await context.waitForEnd(pod)), [0], 'exit code of the container');
      ensureEqual(await readLog(context.plugin, pod, context), 'lived\n', 'log of the container');
    },
  },
  {
    name: 'refuses an unknown pod, an unknown container, and one that is not running',
    run: async (context) => {
      const unknown = attach(context, context.pods.running('exit 0'));
      await ensureRejects(unknown, ['ILK_NOT_FOUND'], 'attach to an unknown pod');
      const pod = context.pods.running('exit 0');
      await context.create(pod);
      await context.waitForEnd(pod);
      const nobody = attach(context, pod, { containerName: 'nobody' });
      await ensureRejects(nobody, ['ILK_NOT_FOUND'], 'attach to an unknown container');
      await ensureRejects(attach(context, pod), ['ILK_CONFLICT'], 'attach to a container that has ended');
    },
  },
];

/** The streams of a running container. */
export const attachChecks = checksOf(
  'attach',
  sentences.map((check) => ({ ...check, appliesTo: needsFeature('attach') })),
);
