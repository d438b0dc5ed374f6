import { randomUUID } from 'node:crypto';
import { systemClock, type Clock, type Logger } from '@interlink/runtime';
import type { KubeClient } from '../client/kube-client.ts';
import { hasStatus } from '../client/map-kube-error.ts';
import { createEventLimiter } from './event-limiter.ts';

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
  /** Sends an event soon; never throws and never blocks. The same words again count up instead of adding another event. */
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
const maximumPending = 1000;
const maximumRemembered = 4096;
const sameEventWindowMilliseconds = 3_600_000;

interface Sent {
  readonly path: string;
  count: number;
  at: number;
}

/** A recorder of core/v1 events: in order, one at a time, at most 25 in a burst for an object. */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { client, logger, clock = systemClock } = options;
  const limiter = createEventLimiter();
  const sent = new Map<string, Sent>();
  let pending = 0;
  let last: Promise<void> = Promise.resolve();

  async function send(event: Told): Promise<void> {
    const known = sent.get(event.key);
    if (known !== undefined && event.at - known.at < sameEventWindowMilliseconds && (await countUp(known, event)))
      return;
    const namespace = event.object.namespace ?? 'default';
    const collection = `/api/v1/namespaces/${namespace}/events`;
    const name = `${event.object.name}.${randomUUID().slice(0, 16).replaceAll('-', '')}`;
    await client.request({ method: 'POST', path: collection, body: buildEvent(event, { name, namespace, options }) });
    sent.delete(event.key);
    sent.set(event.key, { path: `${collection}/${name}`, count: 1, at: event.at });
    if (sent.size > maximumRemembered) sent.delete(sent.keys().next().value ?? '');
  }

  /** False when the event is gone: the API server drops events after an hour. */
  async function countUp(known: Sent, event: Told): Promise<boolean> {
    try {
      const body = { count: known.count + 1, lastTimestamp: secondsTime(event.at) };
      await client.request({ method: 'PATCH', path: known.path, body });
      known.count += 1;
      known.at = event.at;
      return true;
    } catch (error) {
      if (hasStatus(error, 404)) return false;
      throw error;
    }
  }

  return {
    event(object, type, reason, message) {
      const at = clock.now();
      const words = message.length > longestMessage ? `${message.slice(0, longestMessage - 1)}…` : message;
      const key = [object.uid ?? object.name, object.fieldPath, type, reason, words].join('\n');
      if (pending >= maximumPending || !limiter.allows(object.uid ?? `${object.namespace ?? ''}/${object.name}`, at)) {
        logger.debug({ object: object.name, reason }, 'event left out, too many');
        return;
      }
      pending += 1;
      last = last
        .then(() => send({ object, type, reason: reason.slice(0, longestReason), message: words, at, key }))
        .catch((error: unknown) => logger.warn({ err: error, object: object.name, reason }, 'event not recorded'))
        .finally(() => (pending -= 1));
    },
    flush: () => last,
  };
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
