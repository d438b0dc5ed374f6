import { randomUUID } from 'node:crypto';
import { systemClock, type Clock, type Logger } from '@interlink/runtime';
import type { KubeClient } from '../client/kube-client.ts';
import { hasStatus } from '../client/map-kube-error.ts';
import { createEventLimiter } from './event-limiter.ts';
import { createEventSenders } from './event-senders.ts';
import { createToldEvents, keyOfWords } from './told-events.ts';

/** The object that an event is about. */
export interface EventObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Absent for objects without a namespace, e.g. nodes; their events are in `default`. */
  readonly namespace?: string | undefined;
  readonly uid?: string | undefined;
  /** E.g. `spec.containers{main}`. */
  readonly fieldPath?: string | undefined;
}

/** Tells users what happened to an object, where `kubectl describe` shows it. */
export interface EventRecorder {
  /**
   * Sends an event soon; never throws and never blocks. The same words again count up instead of adding another event, and are written at most every
   * five minutes.
   */
  event(object: EventObject, type: 'Normal' | 'Warning', reason: string, message: string): void;
  /** Resolves when what was told until now has been sent or given up. */
  flush(): Promise<void>;
}

/** What {@link createEventRecorder} needs. */
export interface EventRecorderOptions {
  readonly client: KubeClient;
  /** Who tells, e.g. `interlink-virtual-kubelet`. */
  readonly component: string;
  /** Where, e.g. the node's name. */
  readonly host?: string | undefined;
  readonly logger: Logger;
  readonly clock?: Clock | undefined;
}

/** The API server refuses longer ones. */
const longestMessage = 1024;
const longestReason = 128;

/**
 * A recorder of core/v1 events: those of an object in order, four at a time, 200 a second, and 25 in a burst for a reason of an object. In a flood they
 * arrive late, with the time at which they were told; when 20,000 wait, more are left out, which is logged.
 */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { client, logger, clock = systemClock } = options;
  const limiter = createEventLimiter();
  const memory = createToldEvents();
  const senders = createEventSenders({ clock, logger });

  async function send(event: Told): Promise<void> {
    const known = memory.get(event.key);
    try {
      if (known?.path !== undefined) await countUp(known.path, event, known.count + known.repeats + 1);
      else await post(event);
    } catch (error) {
      memory.forget(event.key);
      throw error;
    }
  }

  async function post(event: Told): Promise<void> {
    const namespace = event.object.namespace ?? 'default';
    const collection = `/api/v1/namespaces/${namespace}/events`;
    const name = `${event.object.name}.${randomUUID().slice(0, 16).replaceAll('-', '')}`;
    const body = buildEvent(event, { name, namespace, options });
    await client.request({ method: 'POST', path: collection, body, isBackground: true });
    Object.assign(memory.get(event.key) ?? {}, { path: `${collection}/${name}`, count: 1 });
  }

  async function countUp(path: string, event: Told, count: number): Promise<void> {
    try {
      const body = { count, lastTimestamp: secondsTime(event.at) };
      await client.request({ method: 'PATCH', path, body, isBackground: true });
      Object.assign(memory.get(event.key) ?? {}, { count, repeats: 0 });
    } catch (error) {
      // The API server drops events after an hour.
      if (!hasStatus(error, 404)) throw error;
      await post(event);
    }
  }

  function logFailure(error: unknown, { object, reason }: Told): void {
    const level = isEndOfNamespace(error) ? 'debug' : 'warn';
    logger[level]({ err: error, object: object.name, reason }, 'event not recorded');
  }

  return {
    event(object, type, reason, message) {
      const at = clock.now();
      const moment = clock.monotonic();
      const words = message.length > longestMessage ? `${message.slice(0, longestMessage - 1)}…` : message;
      const key = keyOfWords([object.uid ?? object.name, object.fieldPath, type, reason, words]);
      const told: Told = { object, type, reason: reason.slice(0, longestReason), message: words, at, key };
      if (!memory.note(key, moment)) return;
      // By reason: noise about one thing must not hide another.
      const name = object.uid ?? `${object.namespace ?? ''}/${object.name}`;
      const sendTold = (): Promise<void> => send(told).catch((error: unknown) => logFailure(error, told));
      if (limiter.allows(`${name} ${reason}`, moment) && senders.add(name, sendTold)) return;
      memory.forget(key);
      logger.debug({ object: object.name, reason }, 'event left out, too many');
    },
    flush: () => senders.flush(),
  };
}

/** A namespace that is being deleted takes no new objects while its pods are still ended one by one. */
function isEndOfNamespace(error: unknown): boolean {
  return hasStatus(error, 404) || (hasStatus(error, 403) && String(error).includes('it is being terminated'));
}

interface Told {
  readonly object: EventObject;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly at: number;
  /** Equal for events that count up. */
  readonly key: string;
}

function buildEvent(event: Told, context: { name: string; namespace: string; options: EventRecorderOptions }): unknown {
  const { component, host } = context.options;
  const time = secondsTime(event.at);
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: context.name, namespace: context.namespace },
    involvedObject: event.object,
    type: event.type,
    reason: event.reason,
    message: event.message,
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
    source: { component, ...(host === undefined ? {} : { host }) },
    reportingComponent: component,
    reportingInstance: host ?? component,
  };
}

/** `metav1.Time`: whole seconds. */
function secondsTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
