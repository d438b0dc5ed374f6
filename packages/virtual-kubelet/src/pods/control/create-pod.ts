import { annotations, isInterLinkError, type CreateStruct, type Pod, type PodCreateRequests } from '@interlink/spec';
import { buildCreateRequest, type BuiltRequest } from '../inputs/build-create-request.ts';
import { fetchPodInputs } from '../inputs/fetch-pod-inputs.ts';
import { refusedStatus } from '../status/ended-status.ts';
import { podAddresses } from '../status/pod-addresses.ts';
import type { PodEvent } from '../status/pod-event.ts';
import { nextPodStatus } from '../status/pod-status.ts';
import { statusEvents } from '../status/status-events.ts';
import { changeableParts } from '../updates/changeable-parts.ts';
import { describeSent, type SentState } from '../updates/sent-state.ts';
import { judgeCreateError, triesBeforeRefusal } from './judge-create-error.ts';
import { creatingReason, statusContext, type PodContext, type Step } from './pod-context.ts';
import { podKey, podUid } from './pod-identity.ts';
import { tellAccepted, tellPod } from './tell-pod.ts';
import { preparePod, wasAttempted } from './prepare-pod.ts';
import { noteHandover } from './steady-age.ts';
import { retryable } from './retryable.ts';
import { waitForInputs } from './wait-for-inputs.ts';
import { writeStatus } from './write-pod.ts';

const firstAnswerMilliseconds = 100;

/**
 * Brings a pod without a job id to the backend. Throws where it is to be tried again with growing delay; a refusal ends in the pod's status.
 * Repeating it is safe: the backend takes a UID once, and a foreign one that may have it is asked first.
 */
export async function createPod(context: PodContext, pod: Pod, signal: AbortSignal): Promise<Step> {
  const created = context.memory.created.get(podUid(pod));
  if (created !== undefined) return await recordCreated(context, pod, created, signal);
  let found: Built;
  try {
    found = await buildRequest(context, pod);
  } catch (error) {
    if (judgeCreateError(error) !== 'refused') throw error;
    return await refuse(context, pod, error, signal);
  }
  const { built, sent } = found;
  if ('problems' in built) return await waitForInputs(context, pod, built.problems, signal);
  reportAbsent(context, pod, built.absentPullSecrets);
  return await send(context, pod, { request: built.request, sent }, signal);
}

/** In a kubelet's words. It may be that the image is for everybody. */
function reportAbsent(context: PodContext, pod: Pod, pullSecrets: readonly string[]): void {
  if (pullSecrets.length === 0) return;
  const names = pullSecrets.join(', ');
  const message = `Unable to retrieve some image pull secrets (${names}); attempting to pull the image may not succeed.`;
  tellPod(context, pod, { type: 'Warning', reason: 'FailedToRetrieveImagePullSecret', message });
}

interface Built {
  readonly built: BuiltRequest;
  /** What will have been sent; undefined where it cannot change, or changes cannot be brought. */
  readonly sent: SentState | undefined;
}

async function buildRequest(context: PodContext, pod: Pod): Promise<Built> {
  const { settings, clusterId, nodeIp, clock } = context;
  const now = clock.monotonic();
  const accepts = context.accepts();
  const inputs = await fetchPodInputs(pod, { settings, source: context.objects, accepts });
  const built = buildCreateRequest(pod, { inputs, settings, clusterId, addresses: podAddresses(pod, nodeIp) });
  const parts = context.features().has('update') ? changeableParts(pod, { settings, accepts }) : undefined;
  const sent = parts && describeSent(pod, parts, inputs, { now, jitter: Math.random(), ephemeral: [] });
  return { built, sent };
}

async function send(
  context: PodContext,
  unprepared: Pod,
  { request, sent }: { readonly request: PodCreateRequests; readonly sent: SentState | undefined },
  signal: AbortSignal,
): Promise<Step> {
  const { memory, clock, metrics } = context;
  const uid = podUid(unprepared);
  // A backend that has the pod already keeps what it was sent first.
  const isFirst = !memory.attempted.has(uid) && !wasAttempted(unprepared);
  // Before the mark of this try is there.
  if (wasAttempted(unprepared)) memory.attempted.add(uid);
  const pod = await preparePod(context, unprepared, signal);
  const ending = new AbortController();
  memory.creating.set(uid, ending);
  const startedAt = clock.monotonic();
  const seconds = (): number => (clock.monotonic() - startedAt) / 1000;
  try {
    const callSignal = AbortSignal.any([signal, ending.signal]);
    const created = (await findEarlier(context, pod, callSignal)) ?? (await callCreate(context, request, callSignal));
    metrics.created('accepted', seconds());
    memory.created.set(uid, created);
    if (sent !== undefined && isFirst) memory.remember(uid, sent);
    if (context.isPushed()) await firstAnswer(context, uid, callSignal);
    return await recordCreated(context, pod, created, signal);
  } catch (error) {
    signal.throwIfAborted();
    // The pod is being deleted: its next reconcile deletes what the backend may have.
    if (ending.signal.aborted) return undefined;
    if (memory.created.has(uid)) throw error;
    const refused = isRefused(context, uid, error);
    metrics.created(refused ? 'refused' : 'failed', seconds());
    if (refused) return await refuse(context, pod, error, signal);
    await showFailure(context, pod, error, signal);
    throw retryable(error);
  } finally {
    memory.creating.delete(uid);
    if (!signal.aborted) departIfGone(context, pod);
  }
}

/** The pod may have vanished while its create was under way: the job goes after it, whatever came of the create. */
function departIfGone({ memory, store, depart }: PodContext, pod: Pod): void {
  if (store.byUid(podUid(pod)) !== undefined) return;
  depart(pod);
  memory.forget(podUid(pod));
}

async function callCreate(context: PodContext, request: PodCreateRequests, signal: AbortSignal): Promise<CreateStruct> {
  const { attempted } = context.memory;
  // Of one that was tried before, the job may have begun long ago.
  if (!attempted.has(podUid(request.pod))) noteHandover(context, request.pod);
  attempted.add(podUid(request.pod));
  return await context.api.create(request, { signal });
}

/** Many jobs start at once: a moment's patience saves the API server, the bottleneck of a burst, every other write. */
async function firstAnswer({ memory, clock }: PodContext, uid: string, signal: AbortSignal): Promise<void> {
  if (memory.answers.has(uid)) return;
  const answered = new AbortController();
  memory.awaited.set(uid, () => answered.abort());
  try {
    await clock.sleep(firstAnswerMilliseconds, { signal: AbortSignal.any([signal, answered.signal]) });
  } catch {
    signal.throwIfAborted();
  } finally {
    memory.awaited.delete(uid);
  }
}

/** A foreign backend does not know UIDs: the answer to an earlier create may have been lost, and a second one would be a second job. */
async function findEarlier(context: PodContext, pod: Pod, signal: AbortSignal): Promise<CreateStruct | undefined> {
  const uid = podUid(pod);
  if (!context.memory.attempted.has(uid) || context.features().size > 0) return undefined;
  try {
    const [status] = await context.api.status([pod], { signal });
    if (status?.UID !== uid || status.interlink?.state === 'gone' || (status.JID ?? '') === '') return undefined;
    context.logger.info({ pod: podKey(pod), podUid: uid, jobId: status.JID }, 'the backend has the pod already');
    return { PodUID: uid, PodJID: status.JID ?? '' };
  } catch (error) {
    // Many answer an error for a pod that they do not know.
    if (!isInterLinkError(error) || error.retryable) throw error;
    return undefined;
  }
}

async function recordCreated(context: PodContext, pod: Pod, created: CreateStruct, signal: AbortSignal): Promise<Step> {
  const { memory, logger } = context;
  const uid = podUid(pod);
  const remote = memory.answers.get(uid)?.status;
  memory.answers.delete(uid);
  const named: Pod = {
    ...pod,
    metadata: { ...pod.metadata, annotations: { ...pod.metadata?.annotations, [annotations.jobId]: created.PodJID } },
  };
  const next = nextPodStatus(
    named,
    remote,
    statusContext(context, pod, () => creatingReason(pod)),
  );
  const written = await writeStatus(context, pod, next.status, { jobId: created.PodJID, signal });
  memory.created.delete(uid);
  memory.refusals.delete(uid);
  // Of a pod that is gone nothing but this mark says that there is a job to end, once the watch tells it.
  if (!written) return undefined;
  memory.attempted.delete(uid);
  logger.info({ pod: podKey(pod), podUid: uid, jobId: created.PodJID }, 'pod created');
  tellPod(context, pod, ...submittedEvents(created), ...statusEvents(named, next.status, remote));
  return { requeueAfterSeconds: next.lookAgainAfterSeconds };
}

function submittedEvents({ PodJID, warnings }: CreateStruct): readonly PodEvent[] {
  const message = `the backend took the pod as job ${PodJID}`;
  return [
    { type: 'Normal', reason: 'JobSubmitted', message },
    ...(warnings ?? []).map((warning): PodEvent => ({ type: 'Warning', reason: 'FieldIgnored', message: warning })),
  ];
}

function isRefused({ memory }: PodContext, uid: string, error: unknown): boolean {
  const verdict = judgeCreateError(error);
  if (verdict !== 'perhaps-refused') return verdict === 'refused';
  const tries = (memory.refusals.get(uid) ?? 0) + 1;
  memory.refusals.set(uid, tries);
  return tries >= triesBeforeRefusal;
}

async function refuse(context: PodContext, pod: Pod, error: unknown, signal: AbortSignal): Promise<Step> {
  const message = messageOf(error);
  context.memory.refusals.delete(podUid(pod));
  await writeStatus(context, pod, refusedStatus(pod, message, statusContext(context, pod)), { signal });
  context.logger.warn({ pod: podKey(pod), podUid: podUid(pod), err: error }, 'pod refused');
  tellPod(context, pod, { type: 'Warning', reason: 'ProviderFailed', message });
  return undefined;
}

/** Says in the pod why it still waits. */
async function showFailure(context: PodContext, pod: Pod, error: unknown, signal: AbortSignal): Promise<void> {
  const waiting = {
    reason: 'ProviderUnavailable',
    message: `not taken by the backend yet, trying again: ${messageOf(error)}`,
  };
  const { status } = nextPodStatus(
    pod,
    undefined,
    statusContext(context, pod, () => waiting),
  );
  tellAccepted(context, pod, podUid(pod));
  tellPod(context, pod, { type: 'Warning', reason: 'ProviderUnavailable', message: waiting.message });
  await writeStatus(context, pod, status, { signal });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
