import type { Taint } from '@interlink/spec';

/** What this program set on the Node: label keys, taints as `key:effect`, resource names. */
export interface ManagedParts {
  readonly labels: readonly string[];
  readonly taints: readonly string[];
  readonly resources: readonly string[];
}

/** Identity of a taint: a node may have one key with several effects. */
export function taintId({ key, effect }: Taint): string {
  return `${key}:${effect}`;
}

/** The text of the annotation that keeps them. */
export function formatManagedParts(parts: ManagedParts): string {
  const { labels, taints, resources } = parts;
  return JSON.stringify({ labels: labels.toSorted(), taints: taints.toSorted(), resources: resources.toSorted() });
}

/** What an annotation says; nothing where it is absent or not ours. */
export function readManagedParts(text: string | undefined): ManagedParts {
  try {
    const parts = JSON.parse(text ?? '{}') as Partial<Record<keyof ManagedParts, unknown>>;
    return { labels: strings(parts.labels), taints: strings(parts.taints), resources: strings(parts.resources) };
  } catch {
    return { labels: [], taints: [], resources: [] };
  }
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
