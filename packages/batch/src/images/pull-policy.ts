import type { ResolvedContainer } from '@interlink/plugin-sdk';
import { InvalidInputError } from '@interlink/spec';
import type { ImageReference } from './parse-image-reference.ts';

/** When an image is looked for at its registry. */
export type PullPolicy = 'Always' | 'IfNotPresent' | 'Never';

const policies: readonly PullPolicy[] = ['Always', 'IfNotPresent', 'Never'];

/**
 * A container's `imagePullPolicy`; where it has none, what an API server fills in: `Always` for the tag `latest`.
 *
 * @throws InvalidInputError naming the field.
 */
export function pullPolicyOf({ spec, field }: ResolvedContainer, image: ImageReference): PullPolicy {
  const wanted = spec.imagePullPolicy;
  if (wanted === undefined) return image.kind === 'registry' && image.tag === 'latest' ? 'Always' : 'IfNotPresent';
  const policy = policies.find((known) => known === wanted);
  if (policy) return policy;
  const at = `${field}.imagePullPolicy`;
  throw new InvalidInputError(`${at} must be one of ${policies.join(', ')}`, { field: at });
}
