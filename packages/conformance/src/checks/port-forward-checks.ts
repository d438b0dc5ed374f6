import type { CallOptions } from '@interlink/spec';
import { NotApplicable } from '../kit/conformance-failure.ts';
import { needsFeature, type Check, type CheckContext, checksOf } from '../kit/check.ts';
import { poll, within } from '../kit/deadline.ts';
import { ensure, ensureEqual, ensureRejects, settle } from '../kit/expect.ts';
import type { TestPod } from '../kit/pod-factory.ts';
import { readLog } from '../kit/read-log.ts';
import {
  heldInput,
  inputOf,
  patternBytes,
  recordSession,
  textOf,
  type RecordedSession,
} from '../kit/session-streams.ts';
import { echoScript, echoVariables, noServer } from './echo-server.ts';
import { runningPod } from './exec-checks.ts';

const endSeconds = 20;
const oneMegabyte = 1_000_000;
/** Above what systems hand out by themselves; containers may share the network of their machine. */
const ports = { first: 61_000, count: 4000 };

function randomPort(): number {
  return ports.first + Math.floor(Math.random() * ports.count);
}

function forward(
  { plugin, signal }: CheckContext,
  { metadata }: TestPod,
  port: number,
  { session = recordSession(), ...call }: CallOptions & { readonly session?: RecordedSession } = {},
): Promise<void> {
  const request = { namespace: metadata.namespace, podUid: metadata.uid, podName: metadata.name, port };
  const run = plugin.portForward?.(request, session, { signal, ...call });
  ensure(run !== undefined, 'the plugin announces "portForward" and has no such method');
  return run;
}

/** A pod that sends back what comes on a port. */
async function echoPod(context: CheckContext): Promise<{ readonly pod: TestPod; readonly port: number }> {
  const port = randomPort();
  const pod = await runningPod(context, echoScript, echoVariables(port));
  const look = async (): Promise<string | undefined> => {
    const log = await readLog(context.plugin, pod, context);
    return log === '' ? undefined : log;
  };
  const log = await poll(look, { seconds: endSeconds, signal: context.signal });
  if (log?.startsWith(noServer) === true) throw new NotApplicable('the image has neither python3, perl nor nc -e');
  ensure(log?.startsWith('listening') === true, `the echo server does not listen: ${log ?? 'no output'}`);
  return { pod, port };
}

const sentences: readonly Omit<Check, 'group' | 'appliesTo'>[] = [
  {
    name: 'carries a connection in both directions, and the end of what is sent',
    run: async (context) => {
      const { pod, port } = await echoPod(context);
      for (const text of ['first', 'second']) {
        const session = recordSession(inputOf(text));
        const ended = await within(forward(context, pod, port, { session }), endSeconds);
        ensure(ended !== undefined, 'the end of what was sent did not reach the port');
        ensureEqual(textOf(session.got.stdout), text, 'what came back');
      }
    },
  },
  {
    name: 'carries 1 MB in both directions byte for byte',
    run: async (context) => {
      const { pod, port } = await echoPod(context);
      const content = patternBytes(oneMegabyte);
      const session = recordSession(inputOf(content));
      await forward(context, pod, port, { session });
      ensure(
        Buffer.concat(session.got.stdout).equals(content),
        'the bytes that came back are not those that were sent',
      );
    },
  },
  {
    name: 'refuses a port on which nothing listens',
    run: async (context) => {
      const pod = await runningPod(context);
      const session = recordSession(heldInput(''));
      const refused = forward(context, pod, randomPort(), { session });
      await ensureRejects(refused, ['ILK_UNAVAILABLE'], 'a connection to a port on which nothing listens');
    },
  },
  {
    name: 'refuses an unknown pod and one that is not running',
    run: async (context) => {
      const unknown = forward(context, context.pods.running('exit 0'), randomPort());
      await ensureRejects(unknown, ['ILK_NOT_FOUND'], 'a connection to an unknown pod');
      const pod = context.pods.running('exit 0');
      await context.create(pod);
      await context.waitForEnd(pod);
      await ensureRejects(
        forward(context, pod, randomPort()),
        ['ILK_CONFLICT'],
        'a connection to a pod that has ended',
      );
    },
  },
  {
    name: 'ends by the signal',
    run: async (context) => {
      const { pod, port } = await echoPod(context);
      const stop = new AbortController();
      const reason = new Error('enough');
      const session = recordSession(heldInput('word'));
      const signal = AbortSignal.any([context.signal, stop.signal]);
      const running = settle(forward(context, pod, port, { session, signal }));
      const came = (): Promise<true | undefined> => Promise.resolve(session.got.stdout.length > 0 ? true : undefined);
      ensure((await poll(came, { seconds: endSeconds, signal: context.signal })) === true, 'nothing came back');
      stop.abort(reason);
      const outcome = await within(running, endSeconds);
      ensure(outcome !== undefined, `the session is still open ${endSeconds} s after the signal`);
      ensure('error' in outcome.value && outcome.value.error === reason, 'the call did not reject with the reason');
    },
  },
];

/** One connection to a port of a running pod. */
export const portForwardChecks = checksOf(
  'port-forward',
  sentences.map((check) => ({ ...check, appliesTo: needsFeature('portForward') })),
);
