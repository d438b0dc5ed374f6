import { systemClock } from '@interlink/runtime';
import type { Plugin, Pod } from '@interlink/spec';

const longestWaitMilliseconds = 30_000;
const pauseMilliseconds = 100;

async function heldPods(plugin: Plugin): Promise<readonly Pod[]> {
  const held = (await plugin.list?.()) ?? [];
  // Nobody waits for a grace period when the whole lab goes.
  return held.map(({ uid, name, namespace }) => ({
    metadata: { uid, name, namespace, deletionGracePeriodSeconds: 1 },
  }));
}

async function someAreLeft(plugin: Plugin, pods: readonly Pod[]): Promise<boolean> {
  const statuses = await plugin.status(pods);
  return statuses.some(({ interlink }) => interlink?.state !== 'gone');
}

/** Deletes every pod that the plugin holds, and waits for their ends for at most 30 s. */
export async function endAllPods(plugin: Plugin): Promise<void> {
  const pods = await heldPods(plugin);
  await Promise.all(pods.map((pod) => plugin.delete(pod)));
  const deadline = systemClock.now() + longestWaitMilliseconds;
  while (pods.length > 0 && systemClock.now() < deadline && (await someAreLeft(plugin, pods))) {
    await systemClock.sleep(pauseMilliseconds);
  }
}
