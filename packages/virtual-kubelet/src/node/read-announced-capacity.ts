import { parseQuantity } from '@interlink/plugin-sdk';
import type { PingResponse } from '@interlink/spec';
import type { NodeCapacity } from '../config/virtual-kubelet-config.ts';
import { isQualifiedName } from './label-syntax.ts';

type Resources = NonNullable<PingResponse['resources']>;
type Amount = string | number | null | undefined;

/** A capacity and what was left out of it, in words. */
export interface ReadAnnouncedCapacity {
  readonly capacity: NodeCapacity;
  readonly problems: readonly string[];
}

const plain = new Set(['cpu', 'memory', 'pods']);

/**
 * The capacity after a ping answer. Only what it names changes; a value that cannot be used leaves the last one, so that bad data never takes a node's
 * capacity away. When accelerators are listed at all, one that is no longer listed becomes 0.
 */
export function readAnnouncedCapacity(
  known: NodeCapacity,
  resources: Resources | null | undefined,
): ReadAnnouncedCapacity {
  if (resources === null || resources === undefined) return { capacity: known, problems: [] };
  const problems: string[] = [];
  const note = (name: string, amount: Amount): undefined =>
    void problems.push(`resources: ${name} is ${JSON.stringify(amount)} and is left out`);
  const capacity: Record<string, string> = { ...known };
  for (const name of ['cpu', 'memory'] as const) {
    const text = readQuantity(resources[name]);
    if (text !== undefined) capacity[name] = text;
    else if (isGiven(resources[name])) note(name, resources[name]);
  }
  const pods = readCount(resources.pods);
  if (pods !== undefined) capacity['pods'] = String(pods);
  else if (isGiven(resources.pods)) note('pods', resources.pods);
  Object.assign(capacity, readAccelerators(capacity, resources, note));
  return { capacity, problems };
}

function readAccelerators(
  known: NodeCapacity,
  resources: Resources,
  note: (name: string, amount: Amount) => undefined,
): Record<string, string> {
  const list = resources.accelerators;
  if (list === null || list === undefined) return {};
  const listed = new Map<string, number>();
  const doubtful = new Set<string>();
  for (const { resourceType, available } of list) {
    const count = readCount(available);
    if (count !== undefined && isQualifiedName(resourceType) && resourceType.includes('/')) {
      listed.set(resourceType, (listed.get(resourceType) ?? 0) + count);
      continue;
    }
    doubtful.add(resourceType);
    note(resourceType, available);
  }
  const vanished = Object.keys(known).filter((name) => !plain.has(name) && !listed.has(name) && !doubtful.has(name));
  const usable = [...listed].filter(([name]) => !doubtful.has(name));
  return Object.fromEntries([
    ...vanished.map((name) => [name, '0'] as const),
    ...usable.map(([name, count]) => [name, String(count)] as const),
  ]);
}

function isGiven(amount: Amount): boolean {
  return amount !== undefined && amount !== null && amount !== '';
}

function readQuantity(amount: Amount): string | undefined {
  const value = tryQuantity(amount);
  return value === undefined || value <= 0 ? undefined : String(amount).trim();
}

function readCount(amount: Amount): number | undefined {
  const value = tryQuantity(amount);
  return value !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function tryQuantity(amount: Amount): number | undefined {
  if (!isGiven(amount)) return undefined;
  try {
    return parseQuantity(String(amount).trim());
  } catch {
    return undefined;
  }
}
