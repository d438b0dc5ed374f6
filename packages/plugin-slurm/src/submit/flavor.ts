import type { ResolvedPod } from '@interlink/plugin-sdk';
import { InvalidInputError } from '@interlink/spec';
import { slurmAnnotations } from './annotations.ts';
import type { Flag } from './parse-flags.ts';

/** A preset of a site: fills what a pod does not say. */
export interface Flavor {
  readonly name: string;
  readonly description?: string;
  readonly cpus?: number;
  readonly memoryBytes?: number;
  readonly flags: readonly Flag[];
}

/** The flavors of a site, in its order of preference. */
export interface Flavors {
  readonly flavors: readonly Flavor[];
  /** For pods that neither name a flavor nor ask for GPUs. */
  readonly defaultFlavor?: string;
}

/**
 * The flavor of a pod: the one it names; for a pod that asks for GPUs the one with just as many, else the first with any; else the default.
 *
 * @remarks The order of these rules is the Go plugin's. Where it took a random one of several, this takes the first.
 * @throws InvalidInputError when the pod names one that does not exist.
 */
export function chooseFlavor(
  pod: Pick<ResolvedPod, 'annotations'>,
  gpus: number,
  { flavors, defaultFlavor }: Flavors,
): Flavor | undefined {
  const named = pod.annotations[slurmAnnotations.flavor];
  if (named !== undefined) return namedFlavor(named, flavors);
  if (gpus > 0) {
    const exact = flavors.find((flavor) => gpuCount(flavor) === gpus);
    const any = flavors.find((flavor) => gpuCount(flavor) !== undefined);
    if (exact ?? any) return exact ?? any;
  }
  return flavors.find(({ name }) => name === defaultFlavor);
}

function namedFlavor(name: string, flavors: readonly Flavor[]): Flavor {
  const found = flavors.find((flavor) => flavor.name === name);
  if (found) return found;
  const field = `pod.metadata.annotations[${slurmAnnotations.flavor}]`;
  const known =
    flavors.length === 0 ? 'this site has none' : `this site has ${flavors.map((flavor) => flavor.name).join(', ')}`;
  throw new InvalidInputError(`${field}: there is no flavor ${JSON.stringify(name)}; ${known}`, { field });
}

/** How many GPUs a flavor's flags ask for; 0 where they ask for some without saying how many; undefined for none. */
function gpuCount({ flags }: Flavor): number | undefined {
  const values = flags.filter(({ name }) => name === 'gres' || name.startsWith('gpus')).map(({ value }) => value ?? '');
  const gpus = flags.some(({ name }) => name.startsWith('gpus')) || values.some((value) => value.includes('gpu'));
  if (!gpus) return undefined;
  const [, count] = /(?:^|:)(\d+)$/.exec(values[0] ?? '') ?? [];
  return count === undefined ? 0 : Number(count);
}
