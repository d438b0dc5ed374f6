import type { Taint } from '@interlink/spec';
import { isLabelValue, isQualifiedName } from './label-syntax.ts';

/** The taint that every virtual node has, so that nothing runs there without asking for it. */
export const systemTaint: Taint = { key: 'virtual-node.interlink/no-schedule', value: 'true', effect: 'NoSchedule' };

const effects: readonly string[] = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** A taint as somebody wrote it. */
export interface WrittenTaint {
  readonly key?: string | undefined;
  readonly value?: string | undefined;
  readonly effect?: string | undefined;
}

/** Taints that a cluster accepts, and what was left out or changed to get them, in words. */
export interface ReadTaints {
  readonly taints: readonly Taint[];
  readonly problems: readonly string[];
}

/**
 * Taints as written, made acceptable: an unknown effect becomes `NoSchedule` (as in the Go virtual kubelet), an entry without a valid key or value is left
 * out, the key of the system taint cannot be used, and of two with the same key and effect the last one counts.
 */
export function readTaints(written: readonly WrittenTaint[]): ReadTaints {
  const taints = new Map<string, Taint>();
  const problems: string[] = [];
  for (const { key = '', value = '', effect = '' } of written) {
    if (key === systemTaint.key) continue;
    if (!isQualifiedName(key) || !isLabelValue(value)) {
      problems.push(`taint ${JSON.stringify(`${key}=${value}`)} has no valid key and value and is left out`);
      continue;
    }
    if (!effects.includes(effect))
      problems.push(`taint ${key} has the unknown effect ${JSON.stringify(effect)}: NoSchedule is used`);
    const known = effects.includes(effect) ? effect : 'NoSchedule';
    taints.set(`${key}:${known}`, { key, effect: known, ...(value === '' ? {} : { value }) });
  }
  return { taints: [...taints.values()], problems };
}
