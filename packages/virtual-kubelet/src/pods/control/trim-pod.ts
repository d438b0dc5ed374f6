import { dropManagedFields } from '@interlink/kube';
import { dropNulls, type Pod } from '@interlink/spec';

/**
 * A pod as it is kept: without field owners, and without the nulls that the API server writes for times that are not set, so that a status
 * compares equal to what was sent. Changes the object, which nobody else has yet.
 */
export function trimPod(pod: Pod): Pod {
  const { status } = dropManagedFields(pod);
  if (status !== undefined) pod.status = dropNulls(status);
  return pod;
}
