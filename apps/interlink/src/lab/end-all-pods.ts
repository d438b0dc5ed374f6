import { systemClock } from '@interlink/runtime';
import type { Plugin, Pod } from '@interlink/spec';

const longestWaitMilliseconds = 30_000;
const pauseMilliseconds = 100;

/** The pods that the plugin holds and that are not gone yet. */
async function livePods(plugin: Plugin): Promise<readonly Pod[]> {
  const held = (await plugin.list?.()) ?? [];
  // Nobody waits for a grace period when the whole lab goes.
  const pods = held.map(({ uid, name, namespace }) => ({
    metadata: { uid, name, namespace, deletionGracePeriodSeconds: 1 },
  }));
  const statuses = await plugin.status(pods);
  return pods.filter((_, index) => statuses[index]?.interlink?.state !== 'gone');
}

/**
 * Deletes every pod that the plugin holds and waits for their ends, for at most 30 s. It looks until two looks in a row have found
 * nothing: a create that was cut off may still be on its way.
 */
export async function endAllPods(plugin: Plugin): Promise<void> {
  const deadline = systemClock.now() + longestWaitMilliseconds;
  for (let emptyLooks = 0; emptyLooks < 2 && systemClock.now() < deadline;) {
    const pods = await livePods(plugin);
    emptyLooks = pods.length === 0 ? emptyLooks + 1 : 0;
    await Promise.all(pods.map((pod) => plugin.delete(pod)));
    await systemClock.sleep(pauseMilliseconds);
  }
}
