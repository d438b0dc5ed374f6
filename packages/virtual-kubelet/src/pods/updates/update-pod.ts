import { isInterLinkError, type InterLinkError, type Pod, type PodCreateRequests } from '@interlink/spec';
import type { PodContext } from '../control/pod-context.ts';
import { podKey, podUid } from '../control/pod-identity.ts';
import { tellPod } from '../control/tell-pod.ts';
import { fetchPodInputs } from '../inputs/fetch-pod-inputs.ts';
import type { PodInputs } from '../inputs/pod-inputs.ts';
import { podAddresses } from '../status/pod-addresses.ts';
import { buildUpdateRequest, type BuiltUpdate } from './build-update-request.ts';
import type { ChangeableParts } from './changeable-parts.ts';
import { holdBack, refusedContainers, release } from './refused-containers.ts';
import { describeSent } from './sent-state.ts';

/** How an update ended: all was sent, or something has to be tried again. */
export type UpdateOutcome = 'sent' | 'try-again';

/**
 * Sends a pod that is held, with all that it needs now. What cannot be read, and tokens that cannot be had, keep their place in the pod. Throws what the backend
 * answered where trying again may help.
 */
export async function updatePod(
  context: PodContext,
  pod: Pod,
  parts: ChangeableParts,
  signal: AbortSignal,
): Promise<UpdateOutcome> {
  const { settings, clusterId, nodeIp, clock, objects, memory } = context;
  const uid = podUid(pod);
  const now = clock.monotonic();
  const accepts = context.accepts();
  const inputs = await fetchPodInputs(pod, { settings, source: objects, accepts, tokensAnyway: true });
  const given = { inputs, settings, clusterId, addresses: podAddresses(pod, nodeIp) };
  const built = buildUpdateRequest(pod, given, refusedContainers(context, uid));
  report(context, pod, built);
  const wasRefused = await send(context, built.request, signal);
  if (wasRefused !== undefined) {
    holdBack(context, pod, refusedBy(wasRefused, built.request), 'CreateContainerError');
    return await updatePod(context, pod, parts, signal);
  }
  const ephemeral = namesIn(built.request);
  release(context, uid, ephemeral);
  memory.remember(uid, describeSent(pod, parts, inputs, { now, jitter: Math.random(), ephemeral }));
  context.logger.debug({ pod: podKey(pod), podUid: uid }, 'pod updated');
  return built.waiting.size > 0 || lacksToken(inputs) ? 'try-again' : 'sent';
}

function lacksToken({ tokens = new Map() }: PodInputs): boolean {
  return [...tokens.values()].some((token) => !('found' in token));
}

function namesIn({ pod }: PodCreateRequests): readonly string[] {
  return (pod.spec?.ephemeralContainers ?? []).map(({ name }) => name);
}

/** In a kubelet's words, which says the same of a pod that runs. */
function report(context: PodContext, pod: Pod, { volumeProblems, waiting }: BuiltUpdate): void {
  for (const { volume, reason } of volumeProblems) {
    const message = `MountVolume.SetUp failed for volume "${volume}" : ${reason}`;
    tellPod(context, pod, { type: 'Warning', reason: 'FailedMount', message });
  }
  holdBack(context, pod, waiting, 'CreateContainerConfigError');
}

/** Gives the error of a backend that refuses the ephemeral containers; a pod that has ended meanwhile needs no update. */
async function send(
  { api, logger }: PodContext,
  request: PodCreateRequests,
  signal: AbortSignal,
): Promise<InterLinkError | undefined> {
  try {
    await api.update?.(request, { signal });
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (!isInterLinkError(error)) throw error;
    if (refusesEphemeral(error) && namesIn(request).length > 0) return error;
    if (error.code !== 'ILK_NOT_FOUND' && error.code !== 'ILK_CONFLICT') throw error;
    logger.debug({ podUid: podUid(request.pod), err: error }, 'not updated, the backend has the pod no more');
    return undefined;
  }
}

const ephemeralField = /\bephemeralContainers(?:\[(\d+)\])?/;

function refusesEphemeral({ code, field }: InterLinkError): boolean {
  return (code === 'ILK_UNSUPPORTED' || code === 'ILK_INVALID_INPUT') && ephemeralField.test(field ?? '');
}

/** The one that the error names, else all of the request. */
function refusedBy(error: InterLinkError, request: PodCreateRequests): ReadonlyMap<string, string> {
  const names = namesIn(request);
  const [, index] = ephemeralField.exec(error.field ?? '') ?? [];
  const named = index === undefined ? undefined : names[Number(index)];
  return new Map((named === undefined ? names : [named]).map((name) => [name, error.message]));
}
