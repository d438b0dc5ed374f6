import type { Pod, PodStatus } from '@interlink/spec';

/** Reasons that only say that a start is under way. */
const starting: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing', 'Submitting']);

/** Why a pod's job waits. */
export interface PendingWords {
  /** The backend's word, e.g. Slurm's `Priority`. */
  readonly reason: string;
  /** One sentence, with the expected start where the backend gives one. */
  readonly message: string;
}

/** What the backend says that a pod which has not started waits for; undefined when nothing is worth telling. */
export function pendingWords(pod: Pod, remote: PodStatus | undefined): PendingWords | undefined {
  const { state, expectedStart, reason, message } = remote?.interlink ?? {};
  if (state === 'unknown' || state === 'gone') return undefined;
  const containers = [...(remote?.initContainers ?? []), ...(remote?.containers ?? [])];
  if (containers.some((status) => status.state?.running ?? status.state?.terminated)) return undefined;
  const waiting = containers.map((status) => status.state?.waiting).find((words) => isTold(words?.reason));
  const word = isTold(reason) ? reason : waiting?.reason;
  if (word === undefined) return undefined;
  const words = (isTold(reason) ? message : undefined) ?? waiting?.message ?? 'the job waits';
  const isSaid = expectedStart === undefined || words.includes(expectedStart);
  const job = pod.metadata?.annotations?.['JobID'];
  const subject = job === undefined ? '' : `job ${job}: `;
  return { reason: word, message: `${subject}${words}${isSaid ? '' : `; expected to start at ${expectedStart}`}` };
}

function isTold(reason: string | undefined): reason is string {
  return reason !== undefined && reason !== '' && !starting.has(reason);
}
