import { InternalError, type Pod, type PodCreateRequests } from '@interlink/spec';
import { omitKeys } from '../omit-keys.ts';
import { assembleRequest, type RequestParts } from './assemble-request.ts';
import type { InputProblem } from './pod-inputs.ts';

/** The request, or everything that the pod still has to wait for. */
export type BuiltRequest =
  | {
      readonly request: PodCreateRequests;
      /** Image pull secrets that could not be read: the pod goes without. */
      readonly absentPullSecrets: readonly string[];
    }
  | { readonly problems: readonly InputProblem[] };

/**
 * Puts a pod and what it needs into the body of a create: environment resolved, containers that are not offloaded left out, volumes with
 * their objects. Ephemeral containers come by update.
 *
 * @throws UnsupportedError or InvalidInputError that names the field, for a pod that can never be sent.
 */
export function buildCreateRequest(pod: Pod, parts: RequestParts): BuiltRequest {
  const spec = omitKeys(pod.spec ?? { containers: [] }, 'ephemeralContainers');
  const { request, problems, absentPullSecrets } = assembleRequest({ ...pod, spec }, parts);
  if (problems.length > 0) return { problems };
  if (parts.inputs.tokens === undefined) throw new InternalError('a pod was built without its tokens');
  return { request, absentPullSecrets };
}
