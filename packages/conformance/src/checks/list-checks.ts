import { needsFeature, checksOf } from '../kit/check.ts';
import { ensure, ensureEqual } from '../kit/expect.ts';
import { testCluster, testNode } from '../kit/pod-factory.ts';

const appliesTo = needsFeature('list');

/** The list names every pod that the plugin holds, so that nobody's job is forgotten. */
export const listChecks = checksOf('list', [
  {
    name: 'names a pod with its node, cluster and job until it is gone',
    appliesTo,
    run: async ({ plugin, pods, create, waitUntilGone, signal }) => {
      const pod = pods.running('sleep 600');
      const jobId = await create(pod);
      const find = async () => (await plugin.list?.({ signal }))?.find((held) => held.uid === pod.metadata.uid);
      const { name, namespace, uid } = pod.metadata;
      ensureEqual(
        await find(),
        { uid, name, namespace, node: testNode, cluster: testCluster, jobId },
        'the pod in the list',
      );
      await plugin.delete(pod, { signal });
      await waitUntilGone(pod);
      ensureEqual(await find(), undefined, 'the pod in the list once it is gone');
    },
  },
  {
    name: 'has one entry for a pod that was created twice',
    appliesTo,
    run: async ({ plugin, pods, create, signal }) => {
      const pod = pods.running('sleep 600');
      await Promise.all([create(pod), create(pod)]);
      const held = (await plugin.list?.({ signal })) ?? [];
      ensure(held.filter(({ uid }) => uid === pod.metadata.uid).length === 1, 'the pod is listed more than once');
    },
  },
]);
