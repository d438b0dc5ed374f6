import { honoured, unlessAutomaticPull, type VerdictTable } from '@interlink/plugin-sdk';

/** Verdicts of a container runtime that pulls images. */
export const imageVerdicts: VerdictTable = {
  'spec.containers[].image': honoured(
    'a name without a scheme is taken from a registry, a path as it is where images.paths of the site allows it',
  ),
  'spec.containers[].imagePullPolicy': unlessAutomaticPull(
    honoured('the cache is shared by all machines; a pull that failed for good ends the container'),
  ),
  'spec.imagePullSecrets': honoured('for pulls alone'),
};
