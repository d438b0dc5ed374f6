import { notForForeign, checksOf } from '../kit/check.ts';
import { within } from '../kit/deadline.ts';
import { ensure, settle } from '../kit/expect.ts';
import { isRunning } from '../kit/pod-state.ts';
import { collect, logRequest } from '../kit/read-log.ts';

/** Delete ends a pod; status says when it is done. */
export const deleteChecks = checksOf('delete', [
  {
    name: 'ends a running pod, which is gone then',
    run: async ({ plugin, pods, create, waitFor, waitUntilGone, signal }) => {
      const pod = pods.running('sleep 600');
      await create(pod);
      await waitFor(pod, 'running', isRunning);
      await plugin.delete(pod, { signal });
      await waitUntilGone(pod);
    },
  },
  {
    name: 'removes a pod that has ended',
    run: async ({ plugin, pods, create, waitForEnd, waitUntilGone, signal }) => {
      const pod = pods.running('exit 0');
      await create(pod);
      await waitForEnd(pod);
      await plugin.delete(pod, { signal });
      await waitUntilGone(pod);
    },
  },
  {
    name: 'takes a delete right after the create',
    run: async ({ plugin, pods, create, waitUntilGone, signal }) => {
      const pod = pods.running('sleep 600');
      await create(pod);
      await plugin.delete(pod, { signal });
      await waitUntilGone(pod);
    },
  },
  {
    name: 'resolves for a pod that is being deleted and for one that is gone',
    appliesTo: notForForeign('the old contract does not say how a second delete is answered'),
    run: async ({ plugin, pods, create, waitUntilGone, signal }) => {
      const pod = pods.running('sleep 600');
      await create(pod);
      await Promise.all([plugin.delete(pod, { signal }), plugin.delete(pod, { signal })]);
      await plugin.delete(pod, { signal });
      await waitUntilGone(pod);
      await plugin.delete(pod, { signal });
    },
  },
  {
    name: 'resolves for an unknown pod',
    appliesTo: notForForeign('the old contract does not say how an unknown pod is answered'),
    run: ({ plugin, pods, signal }) => plugin.delete(pods.running('exit 0'), { signal }),
  },
  {
    name: 'leaves the other pods alone',
    run: async ({ plugin, pods, create, statusOf, waitFor, waitUntilGone, signal }) => {
      const [victim, neighbour] = [pods.running('sleep 600'), pods.running('sleep 600')];
      for (const pod of [victim, neighbour]) await create(pod);
      for (const pod of [victim, neighbour]) await waitFor(pod, 'running', isRunning);
      await plugin.delete(victim, { signal });
      await waitUntilGone(victim);
      ensure(isRunning(await statusOf(neighbour)), 'another pod does not run any more');
    },
  },
  {
    name: 'ends a log that is followed',
    appliesTo: notForForeign('the old contract does not say what becomes of a followed log'),
    run: async ({ plugin, pods, create, waitFor, waitUntilGone, signal }) => {
      const pod = pods.running('echo first; sleep 600');
      await create(pod);
      await waitFor(pod, 'running', isRunning);
      const chunks = await plugin.logs(logRequest(pod, { options: { Follow: true } }), { signal });
      const reading = settle(collect(chunks));
      await plugin.delete(pod, { signal });
      await waitUntilGone(pod);
      ensure((await within(reading, 20)) !== undefined, 'the log is still open 20 s after the pod is gone');
    },
  },
]);
