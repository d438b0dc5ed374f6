import type { Pod, PodCreateRequests } from '@interlink/spec';
import { assembleRequest, type RequestParts } from '../inputs/assemble-request.ts';
import type { InputProblem } from '../inputs/pod-inputs.ts';

/** An update, and what could not be in it. */
export interface BuiltUpdate {
  readonly request: PodCreateRequests;
  /** Volumes that keep what they have. */
  readonly volumeProblems: readonly Extract<InputProblem, { readonly kind: 'volume' }>[];
  /** Ephemeral containers that cannot start yet, and why. */
  readonly waiting: ReadonlyMap<string, string>;
}

/**
 * Puts a pod that is held, and what it needs, into the body of an update. What cannot be read is left out: the backend keeps what it has.
 *
 * @param refused - Ephemeral containers that the backend does not take.
 */
export function buildUpdateRequest(pod: Pod, parts: RequestParts, refused: ReadonlySet<string>): BuiltUpdate {
  const { request, problems } = assembleRequest(withoutEphemeral(pod, refused), parts, { lenient: true });
  const names = new Set((pod.spec?.ephemeralContainers ?? []).map(({ name }) => name));
  const waiting = new Map(
    problems.flatMap((problem): [string, string][] =>
      problem.kind === 'environment' && names.has(problem.container) ? [[problem.container, problem.reason]] : [],
    ),
  );
  return {
    request: { ...request, pod: withoutEphemeral(request.pod, new Set(waiting.keys())) },
    volumeProblems: problems.filter((problem) => problem.kind === 'volume'),
    waiting,
  };
}

function withoutEphemeral(pod: Pod, names: ReadonlySet<string>): Pod {
  const { spec } = pod;
  if (spec?.ephemeralContainers === undefined || names.size === 0) return pod;
  const ephemeralContainers = spec.ephemeralContainers.filter(({ name }) => !names.has(name));
  return { ...pod, spec: { ...spec, ephemeralContainers } };
}
