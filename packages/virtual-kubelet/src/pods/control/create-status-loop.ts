import type { Pod, PodStatus } from '@interlink/spec';
import { isTerminal } from '../status/pod-phase.ts';
import { createStatusQuestion } from './ask-status.ts';
import { createDoorbell } from './create-doorbell.ts';
import type { PodContext } from './pod-context.ts';
import { isBeingDeleted, podJobId, podUid } from './pod-identity.ts';
import { statusReference } from './status-reference.ts';
import { takeAnswer, type Enqueue } from './take-answer.ts';

/** Asks for the status of all pods again and again. */
export interface StatusLoop {
  run(signal: AbortSignal): Promise<void>;
  /** Asks soon, once for all who wish it. */
  askSoon(): void;
  /** Takes note of a status that was pushed: an answer that is on its way may be older. */
  overtake(uid: string): void;
}

/** What {@link createStatusLoop} needs. */
export interface StatusLoopOptions {
  readonly context: PodContext;
  readonly enqueue: Enqueue;
  /** Whether the peer pushes changes now. */
  readonly isPushed: () => boolean;
}

const askSoonMilliseconds = 200;
const jitter = 0.1;
/** Between so many pods other work gets its turn. */
const podsAtOnce = 250;

/** One question for all pods in each interval; none when there are no pods. */
export function createStatusLoop({ context, enqueue, isPushed }: StatusLoopOptions): StatusLoop {
  const { api, clock, logger, metrics, settings, features } = context;
  const question = createStatusQuestion(api, () => features().size > 0);
  const doorbell = createDoorbell(clock, askSoonMilliseconds);
  let overtaken: Set<string> | undefined;
  let failingSince: number | undefined;

  async function poll(signal: AbortSignal): Promise<void> {
    const pods = context.store.list().filter((pod) => isAskedFor(context, pod));
    if (pods.length === 0) return;
    const startedAt = clock.monotonic();
    overtaken = new Set();
    try {
      const asked = features().size > 0 ? pods.map(statusReference) : pods;
      const answers = await question.ask(asked, { signal });
      metrics.polled('answered', (clock.monotonic() - startedAt) / 1000);
      if (failingSince !== undefined) logger.info({ pods: pods.length }, 'status can be asked again');
      failingSince = undefined;
      await takeAll(pods, (uid) => answers.get(uid), signal);
    } catch (error) {
      signal.throwIfAborted();
      metrics.polled('failed', (clock.monotonic() - startedAt) / 1000);
      await handleFailure(pods, error, signal);
    } finally {
      overtaken = undefined;
    }
  }

  async function takeAll(
    pods: readonly Pod[],
    answerFor: (uid: string) => PodStatus | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    for (const [index, pod] of pods.entries()) {
      const uid = podUid(pod);
      // Of a pod that vanished while it was asked for nobody would forget the answer.
      const known = overtaken?.has(uid) === true ? undefined : context.store.byUid(uid);
      if (known !== undefined) takeAnswer(context, known, answerFor(uid), enqueue);
      if (index % podsAtOnce === podsAtOnce - 1) await clock.sleep(0, { signal });
    }
  }

  /** States stay as they are. An outage that lasts is said in every pod, a short one is not worth two writes for each. */
  async function handleFailure(pods: readonly Pod[], error: unknown, signal: AbortSignal): Promise<void> {
    if (failingSince === undefined) logger.warn({ err: error, pods: pods.length }, 'status cannot be asked');
    failingSince ??= clock.monotonic();
    if (isPushed() || clock.monotonic() - failingSince < settings.unknownAfterSeconds * 1000) return;
    await takeAll(
      pods.filter((pod) => !isBeingDeleted(pod)),
      unreachable,
      signal,
    );
  }

  return {
    async run(signal) {
      while (!signal.aborted) {
        await poll(signal);
        const seconds = isPushed() ? settings.pushedStatusIntervalSeconds : settings.statusIntervalSeconds;
        await doorbell.wait(seconds * 1000 * (1 + jitter * (Math.random() - 0.5)), signal);
      }
    },
    askSoon: () => doorbell.ring(),
    overtake: (uid) => void overtaken?.add(uid),
  };
}

function isAskedFor({ memory }: PodContext, pod: Pod): boolean {
  if (isBeingDeleted(pod)) return memory.deleting.has(podUid(pod)) && !memory.removed.has(podUid(pod));
  return podJobId(pod) !== undefined && !isTerminal(pod.status?.phase);
}

/** In place of an answer of a peer that cannot be asked. */
function unreachable(UID: string): PodStatus {
  const message = 'the interLink API does not answer';
  return { UID, interlink: { state: 'unknown', reason: 'BackendUnreachable', message } };
}
