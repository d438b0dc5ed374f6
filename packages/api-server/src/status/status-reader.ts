import type { CallOptions, Plugin, Pod, PodStatus } from '@interlink/spec';
import type { Logger } from '@interlink/runtime';
import { isFinalStatus } from './is-final-status.ts';
import { createSingleFlight } from './single-flight.ts';
import type { StatusCache } from './status-cache.ts';

/** Answers status requests from the cache and the plugin. */
export interface StatusReader {
  /**
   * The status of every pod asked that is known, in the order asked; every cached status for an empty list.
   * Equal requests at the same time ask the plugin once.
   */
  read(pods: readonly Pod[], options?: CallOptions): Promise<readonly PodStatus[]>;
  /** Takes a status that the plugin sent by itself. */
  accept(status: PodStatus): void;
  /** Drops what is known of a pod; an answer that is on its way is not stored. */
  forget(uid: string): void;
  /** {@link StatusReader.forget}, and asks the plugin from then on whenever the pod is asked for. */
  markDeleted(uid: string): void;
}

/** A call to the plugin that has not answered, with the pods whose answer is out of date before it arrives. */
interface Question {
  readonly overtaken: Set<string>;
}

/** Makes the {@link StatusReader} of one plugin. The cache is its own: nobody else writes to it. */
export function createStatusReader(plugin: Plugin, cache: StatusCache, logger: Logger): StatusReader {
  const flights = createSingleFlight<ReadonlyMap<string, PodStatus>>();
  const questions = new Set<Question>();

  function overtake(uid: string): void {
    for (const question of questions) question.overtaken.add(uid);
  }

  async function ask(pods: readonly Pod[], options: CallOptions): Promise<ReadonlyMap<string, PodStatus>> {
    const asked = new Set(pods.map(uidOf));
    const question: Question = { overtaken: new Set() };
    questions.add(question);
    try {
      const statuses = await plugin.status(pods, options);
      const answered = new Map(statuses.filter(({ UID }) => asked.has(UID)).map((status) => [status.UID, status]));
      if (answered.size < asked.size)
        logger.debug({ asked: asked.size, answered: answered.size }, 'the plugin is silent on some pods');
      for (const status of answered.values()) {
        if (!question.overtaken.has(status.UID)) storeUnlessWorse(status);
      }
      return answered;
    } finally {
      questions.delete(question);
    }
  }

  /** "The scheduler could not be asked" is no news of a pod that has ended. */
  function storeUnlessWorse(status: PodStatus): void {
    const known = cache.get(status.UID);
    if (status.interlink?.state === 'unknown' && known !== undefined && isFinalStatus(known)) return;
    cache.store(status);
  }

  function forgetWith(drop: (uid: string) => void): (uid: string) => void {
    return (uid) => {
      overtake(uid);
      flights.forgetAll();
      drop(uid);
    };
  }

  return {
    async read(pods, options = {}) {
      if (pods.length === 0) return cache.all();
      const toAsk = pods.filter((pod) => mustAsk(pod, cache.get(uidOf(pod))));
      const { signal, ...rest } = options;
      const key = toAsk.map((pod) => `${uidOf(pod)}/${pod.status?.phase ?? ''}`).join('\n');
      const answered =
        toAsk.length === 0
          ? new Map<string, PodStatus>()
          : await flights.run(key, (flightSignal) => ask(toAsk, { ...rest, signal: flightSignal }), signal);
      return pods.flatMap((pod) => {
        const uid = uidOf(pod);
        return cache.get(uid) ?? answered.get(uid) ?? [];
      });
    },
    accept(status) {
      overtake(status.UID);
      storeUnlessWorse(status);
    },
    forget: forgetWith((uid) => cache.forget(uid)),
    markDeleted: forgetWith((uid) => cache.markDeleted(uid)),
  };
}

const uidOf = (pod: Pod): string => pod.metadata?.uid ?? '';

/** A pod that has ended, by its own phase and by what the plugin said, is not asked for again unless it is being deleted. */
function mustAsk(pod: Pod, cached: PodStatus | undefined): boolean {
  const hasEnded = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  const isBeingDeleted = pod.metadata?.deletionTimestamp !== undefined;
  return !hasEnded || isBeingDeleted || cached === undefined || !isFinalStatus(cached);
}
