import type { CallOptions, Plugin } from '@interlink/spec';
import { notForForeign, type Check, type CheckContext, checksOf } from '../kit/check.ts';
import { within } from '../kit/deadline.ts';
import { ensure, ensureEqual, settle, show } from '../kit/expect.ts';
import { podData, type TestPod } from '../kit/pod-factory.ts';
import { isRunning } from '../kit/pod-state.ts';
import { collect, logRequest, readLog } from '../kit/read-log.ts';

type Verb = (plugin: Plugin, pod: TestPod, options: CallOptions) => Promise<unknown>;

const verbs: Readonly<Record<string, Verb>> = {
  ping: (plugin, _, options) => plugin.ping(options),
  create: (plugin, pod, options) => plugin.create(podData(pod), options),
  status: (plugin, pod, options) => plugin.status([pod], options),
  delete: (plugin, pod, options) => plugin.delete(pod, options),
  logs: (plugin, pod, options) => plugin.logs(logRequest(pod), options),
};

const alreadyAborted = Object.entries(verbs).map(([name, call]): Omit<Check, 'group'> => ({
  name: `rejects ${name} with the reason of a signal that has aborted`,
  run: async ({ plugin, pods }) => {
    const reason = new Error('the caller has enough');
    const outcome = await settle(call(plugin, pods.running('exit 0'), { signal: AbortSignal.abort(reason) }));
    ensure('error' in outcome, 'the call succeeded');
    ensure(outcome.error === reason, `the call rejected with ${show(outcome.error)} instead of the reason`);
  },
}));

async function runningPod({ pods, create, waitFor }: CheckContext): Promise<TestPod> {
  const pod = pods.running('echo first; sleep 600');
  await create(pod);
  await waitFor(pod, 'running', isRunning);
  return pod;
}

/** A call that is cancelled ends, and costs nothing but itself. */
export const abortChecks = checksOf('abort', [
  ...alreadyAborted,
  {
    name: 'ends a followed log by the signal',
    run: async (context) => {
      const pod = await runningPod(context);
      const stop = new AbortController();
      const request = logRequest(pod, { options: { Follow: true } });
      const chunks = await context.plugin.logs(request, { signal: AbortSignal.any([context.signal, stop.signal]) });
      const reading = settle(collect(chunks));
      ensure((await within(reading, 1)) === undefined, 'the log of a running container ended by itself');
      stop.abort(new Error('enough'));
      ensure((await within(reading, 20)) !== undefined, 'the log is still open 20 s after the signal');
      await context.plugin.ping({ signal: context.signal });
    },
  },
  {
    name: 'ends a followed log whose reader stops',
    run: async (context) => {
      const pod = await runningPod(context);
      const chunks = await context.plugin.logs(logRequest(pod, { options: { Follow: true } }), {
        signal: context.signal,
      });
      const iterator = chunks[Symbol.asyncIterator]();
      await iterator.next();
      const stopped = Promise.resolve(iterator.return?.());
      ensure((await within(stopped, 20)) !== undefined, 'the log is still open 20 s after its reader stopped');
      await context.plugin.ping({ signal: context.signal });
    },
  },
  {
    name: 'has one job after a create that was cancelled and repeated',
    appliesTo: notForForeign('the old contract does not say what a second create does'),
    run: async ({ plugin, pods, create, waitForEnd, signal }) => {
      const pod = pods.running('echo started');
      const stop = new AbortController();
      const first = settle(plugin.create(podData(pod), { signal: stop.signal }));
      stop.abort(new Error('enough'));
      await first;
      await create(pod);
      await waitForEnd(pod);
      ensureEqual(await readLog(plugin, pod, { signal }), 'started\n', 'log of a container that ran once');
    },
  },
]);
