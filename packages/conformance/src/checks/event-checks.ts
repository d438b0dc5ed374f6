import { isHeartbeat, type PodStatus, type PodStatusEvent } from '@interlink/spec';
import { needsFeature, type CheckContext, checksOf } from '../kit/check.ts';
import { poll, within } from '../kit/deadline.ts';
import { ensure, ensureEqual, settle, show } from '../kit/expect.ts';
import { exitCodes, hasEnded, isGone } from '../kit/pod-state.ts';

const appliesTo = needsFeature('events');
/** Less than the 10 s after which a server of the SDK fills the silence by itself. */
const atOnceSeconds = 8;
const changeSeconds = 40;

interface Subscription {
  readonly events: readonly PodStatusEvent[];
  stop(): void;
  /** How the iteration ended. */
  readonly ended: Promise<{ readonly value: undefined } | { readonly error: unknown }>;
}

async function read(events: AsyncIterable<PodStatusEvent>, into: PodStatusEvent[]): Promise<undefined> {
  for await (const event of events) into.push(event);
  return undefined;
}

function subscribe({ plugin, signal }: CheckContext): Subscription {
  const stop = new AbortController();
  const events: PodStatusEvent[] = [];
  const stream = plugin.watch?.({ signal: AbortSignal.any([signal, stop.signal]) });
  ensure(stream !== undefined, 'the plugin announces "events" and has no watch method');
  return { events, stop: () => stop.abort(new Error('enough')), ended: settle(read(stream, events)) };
}

async function seen(
  context: CheckContext,
  events: readonly PodStatusEvent[],
  test: (event: PodStatusEvent) => boolean,
): Promise<boolean> {
  const found = await poll(() => Promise.resolve(events.find(test)), {
    seconds: changeSeconds,
    signal: context.signal,
  });
  return found !== undefined;
}

/** Events bring a status whenever one changes. */
export const eventChecks = checksOf('events', [
  {
    name: 'brings the end of a pod, and that it is gone',
    appliesTo,
    run: async (context) => {
      const subscription = subscribe(context);
      // A subscription over HTTP arrives while the container runs.
      const pod = context.pods.running('sleep 2; exit 6');
      const own = (event: PodStatusEvent): event is PodStatus => !isHeartbeat(event) && event.UID === pod.metadata.uid;
      await context.create(pod);
      ensure(
        await seen(context, subscription.events, (event) => own(event) && hasEnded(event)),
        'no event brought the end of the pod',
      );
      const last = subscription.events.findLast(own);
      ensureEqual(last && exitCodes(last), [6], 'exit code in the event');
      await context.plugin.delete(pod, { signal: context.signal });
      const gone = await seen(context, subscription.events, (event) => own(event) && isGone(event));
      ensure(gone, `no event said that the pod is gone; the last was ${show(subscription.events.findLast(own))}`);
      subscription.stop();
      await subscription.ended;
    },
  },
  {
    name: 'sends a heartbeat at once, which says that the subscription holds',
    appliesTo,
    run: async (context) => {
      const subscription = subscribe(context);
      const came = await poll(() => Promise.resolve(subscription.events.find(isHeartbeat)), {
        seconds: atOnceSeconds,
        signal: context.signal,
      });
      ensure(came !== undefined, `no heartbeat came within ${atOnceSeconds} s`);
      subscription.stop();
      await subscription.ended;
    },
  },
  {
    name: 'ends by the signal',
    appliesTo,
    run: async (context) => {
      const subscription = subscribe(context);
      const early = await within(subscription.ended, 1);
      ensure(early === undefined, `the stream ended by itself: ${show(early?.value)}`);
      subscription.stop();
      ensure((await within(subscription.ended, 20)) !== undefined, 'the stream is still open 20 s after the signal');
    },
  },
]);
