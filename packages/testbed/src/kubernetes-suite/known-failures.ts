/** A cause, and the specs that fail for it. */
export interface KnownFailure {
  /** True of the names of the specs. */
  readonly specs: RegExp;
  /** One sentence: what is missing, or why it cannot be had. */
  readonly reason: string;
}

/** Why specs fail on a node whose backend runs pods under Apptainer. A spec that fails and is not here is a regression. */
export const knownFailures: readonly KnownFailure[] = [
  {
    specs: /Pod InPlace Resize/,
    reason: 'The resources of a running job cannot be changed.',
  },
  {
    specs: /ImageVolume/,
    reason: 'Volumes of the kind `image` are refused.',
  },
  {
    specs: /should support sysctls/,
    reason: 'Sysctls of a pod are not set: the machine and its kernel belong to the site.',
  },
  {
    specs: /should execute prestop exec hook/,
    reason: 'Two pods of the spec listen at the same port of one machine: the pods of a node share its network.',
  },
  {
    specs: /should not write to root filesystem/,
    reason:
      'It cannot write; the spec compares the words of the shell, and the shell of the stand-in image has others.',
  },
];

/** Why a spec fails; undefined where nothing is known. */
export function reasonOf(name: string): string | undefined {
  return knownFailures.find(({ specs }) => specs.test(name))?.reason;
}
