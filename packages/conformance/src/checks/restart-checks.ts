import { notForForeign, type Check, type CheckContext, checksOf } from '../kit/check.ts';
import { ensure, ensureEqual } from '../kit/expect.ts';
import { exitCodes, hasEnded, isRunning } from '../kit/pod-state.ts';
import { readLog } from '../kit/read-log.ts';

const appliesTo: NonNullable<Check['appliesTo']> = (context) =>
  context.restart === undefined
    ? 'nobody told how the plugin is restarted'
    : notForForeign('the old contract does not say what survives a restart')(context);

async function restart(context: CheckContext): Promise<void> {
  ensure(context.restart !== undefined, 'the plugin cannot be restarted');
  await context.restart();
}

/** Nothing is in memory only. */
export const restartChecks = checksOf('restart', [
  {
    name: 'finds a running pod again, its end and its whole log',
    appliesTo,
    run: async (context) => {
      const pod = context.pods.running('echo first; sleep 3; echo last; exit 9');
      const jobId = await context.create(pod);
      await context.waitFor(pod, 'running', isRunning);
      await restart(context);
      ensureEqual(await context.create(pod), jobId, 'job id of a create after the restart');
      ensureEqual(exitCodes(await context.waitForEnd(pod)), [9], 'exit code');
      ensureEqual(await readLog(context.plugin, pod, context), 'first\nlast\n', 'the log');
    },
  },
  {
    name: 'finds the end of a pod that ended before',
    appliesTo,
    run: async (context) => {
      const pod = context.pods.running('exit 8');
      await context.create(pod);
      const before = await context.waitForEnd(pod);
      await restart(context);
      const after = await context.statusOf(pod);
      ensure(hasEnded(after), 'the end of the pod is forgotten');
      ensureEqual(
        after.containers?.[0]?.state?.terminated,
        before.containers?.[0]?.state?.terminated,
        'the end of the container',
      );
    },
  },
  {
    name: 'carries out a delete that was accepted before',
    appliesTo,
    run: async (context) => {
      const pod = context.pods.running('sleep 600');
      await context.create(pod);
      await context.waitFor(pod, 'running', isRunning);
      await context.plugin.delete(pod, { signal: context.signal });
      await restart(context);
      await context.waitUntilGone(pod);
    },
  },
]);
