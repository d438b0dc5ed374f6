import { parseQuantity } from '@interlink/plugin-sdk';
import { ConfigError } from '@interlink/runtime';
import { isQualifiedName, toLabelValue } from '../node/label-syntax.ts';
import type { NodeCapacity } from './virtual-kubelet-config.ts';
import type { LegacyAccelerator, LegacyFile } from './virtual-kubelet-legacy-schema.ts';

/** Labels for the model of an accelerator; the last two are ours, the Go program has none for them. */
const modelLabels: Readonly<Record<string, string>> = {
  'nvidia.com/gpu': 'nvidia-gpu-type',
  'xilinx.com/fpga': 'xilinx-fpga-type',
  'intel.com/fpga': 'intel-fpga-type',
  'amd.com/gpu': 'amd-gpu-type',
  'intel.com/gpu': 'intel-gpu-type',
};

const defaults = { CPU: '100', Memory: '3000G', Pods: '10000' } as const;

/** The resources of a file. */
export interface ReadCapacity {
  readonly capacity: NodeCapacity;
  /** Labels that name accelerator models. */
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Quantities for the Node from the `Resources` block; accelerators of one type are added up, and any resource name is taken.
 *
 * @throws ConfigError for what is no quantity or no resource name.
 */
export function readCapacity(resources: LegacyFile['Resources'], file: string): ReadCapacity {
  const quantity = (path: string, text: string): string => checkQuantity(file, `Resources.${path}`, text);
  const accelerators = (resources?.Accelerators ?? []).map((entry, index) =>
    readAccelerator(entry, `${file}: Resources.Accelerators[${index}]`),
  );
  const amounts = new Map<string, number>();
  for (const { type, available } of accelerators) amounts.set(type, (amounts.get(type) ?? 0) + available);
  return {
    capacity: {
      cpu: quantity('CPU', resources?.CPU ?? defaults.CPU),
      memory: quantity('Memory', resources?.Memory ?? defaults.Memory),
      pods: quantity('Pods', resources?.Pods ?? defaults.Pods),
      ...Object.fromEntries(
        [...amounts].filter(([, amount]) => amount > 0).map(([type, amount]) => [type, String(amount)]),
      ),
    },
    labels: Object.fromEntries(accelerators.flatMap(({ label }) => (label === undefined ? [] : [label]))),
  };
}

function checkQuantity(file: string, path: string, text: string): string {
  try {
    if (parseQuantity(text) >= 0) return text;
  } catch (error) {
    throw new ConfigError(`${file}: ${path} is no Kubernetes quantity: ${JSON.stringify(text)}`, { cause: error });
  }
  throw new ConfigError(`${file}: ${path} must not be negative`);
}

function readAccelerator(
  entry: LegacyAccelerator,
  path: string,
): { type: string; available: number; label?: [string, string] } {
  const type = entry.ResourceType ?? '';
  if (!isQualifiedName(type) || !type.includes('/'))
    throw new ConfigError(`${path}.ResourceType must be a name such as nvidia.com/gpu`);
  const modelLabel = modelLabels[type];
  if (entry.Available === undefined && modelLabel === undefined)
    throw new ConfigError(`${path}.Available is required for ${type}`);
  const available = readCount(entry.Available ?? '0', `${path}.Available`);
  const model = toLabelValue(entry.Model ?? '');
  return { type, available, ...(modelLabel === undefined || model === '' ? {} : { label: [modelLabel, model] }) };
}

function readCount(text: string, path: string): number {
  const count = tryQuantity(text);
  // Kubernetes counts extended resources in whole units.
  if (count === undefined || !Number.isSafeInteger(count) || count < 0)
    throw new ConfigError(`${path} must be a whole number: ${JSON.stringify(text)}`);
  return count;
}

function tryQuantity(text: string): number | undefined {
  try {
    return parseQuantity(text);
  } catch {
    return undefined;
  }
}
