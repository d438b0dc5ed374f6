import type { ResourceAmounts } from '@interlink/plugin-sdk';
import type { Flag } from './parse-flags.ts';

/** What a site calls an extended resource in lists such as `gpu:a100:1,nic:1`, by the resource's name. */
export type ResourceKinds = ReadonlyMap<string, string>;

/**
 * A flavor or a pod may have chosen a type of what the pod's resources ask for: the type stays, and the amount becomes the pod's. Changes
 * `chosen` and gives the names of the options that it changed. Over several nodes nothing is changed: options count per node there.
 */
export function correctCounts(
  chosen: Map<string, Flag>,
  extended: ResourceAmounts['extended'],
  kinds: ResourceKinds,
): string[] {
  if ((chosen.get('nodes')?.value ?? '1') !== '1') return [];
  const changed: string[] = [];
  for (const [resource, count] of Object.entries(extended)) {
    const kind = kinds.get(resource);
    if (kind === undefined || count === 0) continue;
    for (const name of ['gres', ...(kind === 'gpu' ? ['gpus', 'gpus-per-node'] : [])]) {
      const { value = '' } = chosen.get(name) ?? {};
      const prefix = name === 'gres' ? '' : 'gpu:';
      const corrected = withCount(prefix + value, kind, Math.ceil(count))?.slice(prefix.length);
      if (value === '' || corrected === undefined || corrected === value) continue;
      chosen.set(name, { name, value: corrected });
      changed.push(name);
    }
  }
  return changed;
}

/** The list with another amount of one kind; undefined where it has not just one entry of that kind. */
function withCount(list: string, kind: string, count: number): string | undefined {
  const entries = list.split(',');
  const own = entries.filter((entry) => entry.split(':', 1)[0] === kind);
  if (own.length !== 1) return undefined;
  return entries.map((entry) => (entry === own[0] ? `${entry.replace(/:\d+$/, '')}:${count}` : entry)).join(',');
}
