import { notForForeign, checksOf } from '../kit/check.ts';
import { ensure, ensureEqual } from '../kit/expect.ts';
import { hasEnded } from '../kit/pod-state.ts';
import { readLog } from '../kit/read-log.ts';

const appliesTo = notForForeign('the old contract does not say what a second create does');
const oneLine = 'started\n';

/** Create is idempotent by pod UID. */
export const idempotenceChecks = checksOf('idempotence', [
  {
    name: 'gives the same job id for the same UID again, and no second job',
    appliesTo,
    run: async ({ plugin, pods, create, waitForEnd, signal }) => {
      const pod = pods.running('echo started; sleep 1');
      const first = await create(pod);
      ensureEqual(await create(pod), first, 'job id of the second create');
      await waitForEnd(pod);
      ensureEqual(await readLog(plugin, pod, { signal }), oneLine, 'log of a container that ran once');
    },
  },
  {
    name: 'gives one job id to creates of the same UID at the same time',
    appliesTo,
    run: async ({ plugin, pods, create, waitForEnd, signal }) => {
      const pod = pods.running('echo started');
      const ids = await Promise.all([1, 2, 3, 4, 5].map(() => create(pod)));
      ensureEqual(new Set(ids).size, 1, 'number of different job ids');
      await waitForEnd(pod);
      ensureEqual(await readLog(plugin, pod, { signal }), oneLine, 'log of a container that ran once');
    },
  },
  {
    name: 'does not run a pod again that has ended',
    appliesTo,
    run: async ({ plugin, pods, create, statusOf, waitForEnd, signal }) => {
      const pod = pods.running('echo started');
      const first = await create(pod);
      const ended = await waitForEnd(pod);
      ensureEqual(await create(pod), first, 'job id of a create after the end');
      const after = await statusOf(pod);
      ensure(hasEnded(after), 'the pod runs again');
      ensureEqual(
        after.containers?.[0]?.state?.terminated,
        ended.containers?.[0]?.state?.terminated,
        'the end of the container',
      );
      ensureEqual(await readLog(plugin, pod, { signal }), oneLine, 'log of a container that ran once');
    },
  },
]);
