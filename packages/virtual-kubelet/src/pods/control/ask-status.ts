import {
  isInterLinkError,
  type CallOptions,
  type InterLinkApi,
  type InterLinkError,
  type Pod,
  type PodStatus,
} from '@interlink/spec';
import { podUid } from './pod-identity.ts';

/** Asks for the status of many pods. */
export interface StatusQuestion {
  /** What the backend says, by UID; a pod that it is silent about is missing. Rejects when it cannot be asked at all. */
  ask(pods: readonly Pod[], options?: CallOptions): Promise<ReadonlyMap<string, PodStatus>>;
}

const singleQuestions = 8;
/** So many, and it is the backend that is ill and not a pod; finding one bad pod among ten thousand takes 14. */
const mostFailuresInARow = 20;

/**
 * One question for all pods, and a way around foreign plugins that cannot answer one: where a bad pod spoils the answer for all, halves are asked
 * until it stands alone; one that answers only the first pod of a list is from then on asked for each.
 *
 * @param isOurs - Whether the peer is one of ours, by now. An error about a single pod is then no silence: the pod's state is unknown. Many foreign ones
 * answer an error for a pod that they do not have.
 */
export function createStatusQuestion(api: InterLinkApi, isOurs: () => boolean = () => false): StatusQuestion {
  let answersOnlyFirst = false;
  let tally = newTally();

  async function askAll(pods: readonly Pod[], options?: CallOptions): Promise<readonly PodStatus[]> {
    if (pods.length === 0) return [];
    if (answersOnlyFirst && pods.length > 1) return await askEach(pods, options);
    try {
      const statuses = await api.status(pods, options);
      tally.failuresInARow = 0;
      tally.isAnswered = true;
      if (!isOnlyFirst(pods, statuses)) return statuses;
      const [, ...rest] = pods;
      const others = await askEach(rest, options);
      answersOnlyFirst = others.length > 0;
      return [...statuses, ...others];
    } catch (error) {
      options?.signal?.throwIfAborted();
      tally.failuresInARow += 1;
      if (!isAboutPods(error) || tally.failuresInARow > mostFailuresInARow) throw error;
      if (error.code === 'ILK_FORBIDDEN') tally.refusal = error;
      const [pod, ...others] = pods;
      if (pod === undefined || others.length > 0) return await askHalves(pods, options);
      return isOurs() ? [refused(podUid(pod), error)] : [];
    }
  }

  async function askHalves(pods: readonly Pod[], options?: CallOptions): Promise<readonly PodStatus[]> {
    const middle = Math.ceil(pods.length / 2);
    return [...(await askAll(pods.slice(0, middle), options)), ...(await askAll(pods.slice(middle), options))];
  }

  async function askEach(pods: readonly Pod[], options?: CallOptions): Promise<readonly PodStatus[]> {
    const waiting = pods.values();
    const found: PodStatus[] = [];
    const work = async (): Promise<void> => {
      for (const pod of waiting) found.push(...(await askAll([pod], options)));
    };
    await Promise.all(Array.from({ length: singleQuestions }, work));
    return found;
  }

  return {
    async ask(pods, options) {
      const asked = new Set(pods.map(podUid));
      tally = newTally();
      const statuses = await askAll(pods, options);
      // It is the caller who may ask for nothing.
      if (tally.refusal !== undefined && !tally.isAnswered) throw tally.refusal;
      return new Map(statuses.filter(({ UID }) => asked.has(UID)).map((status) => [status.UID, status]));
    },
  };
}

/** What came of the parts of a question. */
interface Tally {
  failuresInARow: number;
  isAnswered: boolean;
  /** Says that the caller may not ask. */
  refusal: InterLinkError | undefined;
}

function newTally(): Tally {
  return { failuresInARow: 0, isAnswered: false, refusal: undefined };
}

/** Whether an error may be one pod's fault. */
function isAboutPods(error: unknown): error is InterLinkError {
  return isInterLinkError(error) && !error.retryable && error.code !== 'ILK_UNAUTHENTICATED';
}

/** In place of the answer about a pod that the peer cannot answer for. */
function refused(UID: string, { message }: InterLinkError): PodStatus {
  return { UID, interlink: { state: 'unknown', reason: 'StatusRefused', message } };
}

function isOnlyFirst(pods: readonly Pod[], statuses: readonly PodStatus[]): boolean {
  const [first] = pods;
  return pods.length > 1 && statuses.length === 1 && first !== undefined && statuses[0]?.UID === podUid(first);
}
