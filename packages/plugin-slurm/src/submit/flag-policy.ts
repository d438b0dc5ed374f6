import { ForbiddenError } from '@interlink/spec';
import type { Flag } from './parse-flags.ts';
import { sbatchOptions } from './sbatch-options.ts';

/** Which options of `sbatch` the authors of pods may set, by long names, on top of what the table of options says. */
export interface FlagPolicy {
  readonly allow?: readonly string[];
  /** Wins over `allow`. */
  readonly deny?: readonly string[];
}

/**
 * Lets flags through that a pod may have.
 *
 * @throws ForbiddenError naming the option and where it stands.
 */
export function checkFlags(flags: readonly Flag[], policy: FlagPolicy, field: string): void {
  for (const { name } of flags) {
    const refusal = refusalOf(name, policy);
    if (refusal !== undefined) throw new ForbiddenError(`${field}: --${name} ${refusal}`, { field });
  }
}

function refusalOf(name: string, { allow = [], deny = [] }: FlagPolicy): string | undefined {
  const standing = sbatchOptions[name]?.pods ?? 'denied';
  if (standing === 'reserved') return 'is set by interLink and cannot be chosen';
  if (deny.includes(name)) return 'is not allowed on this site';
  if (standing === 'denied' && !allow.includes(name)) return 'is not allowed on this site';
  return undefined;
}
