import { describe, expect, it } from 'vitest';
import { UnavailableError, type CallOptions, type PodStatus, type PodStatusEvent } from '@interlink/spec';
import { ended, running } from '../testing/fake-plugin.ts';
import { createEventMailbox, type EventMailbox } from './event-mailbox.ts';
import { createEventRelay, type EventRelay } from './event-relay.ts';

interface Source {
  readonly relay: EventRelay;
  readonly accepted: PodStatus[];
  readonly subscriptions: { mailbox: EventMailbox; signal: AbortSignal | undefined }[];
}

/** A relay on a plugin whose events the test sends. */
function source(): Source {
  const accepted: PodStatus[] = [];
  const subscriptions: Source['subscriptions'] = [];
  const watch = (options?: CallOptions): AsyncIterable<PodStatusEvent> => {
    const mailbox = createEventMailbox(() => undefined);
    options?.signal?.addEventListener('abort', () => mailbox.close(options.signal?.reason));
    subscriptions.push({ mailbox, signal: options?.signal });
    return mailbox.events;
  };
  return { relay: createEventRelay(watch, (status) => accepted.push(status)), accepted, subscriptions };
}

async function take(events: AsyncIterable<PodStatusEvent>, count: number): Promise<PodStatusEvent[]> {
  const iterator = events[Symbol.asyncIterator]();
  const taken: PodStatusEvent[] = [];
  while (taken.length < count) {
    const next = await iterator.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}

describe('createEventRelay', () => {
  it('gives every event to every subscriber over one subscription, and to the cache first', async () => {
    const { relay, accepted, subscriptions } = source();
    const [one, two] = [relay.subscribe(), relay.subscribe()];
    expect(subscriptions).toHaveLength(1);
    subscriptions[0]!.mailbox.put(running('a'));
    subscriptions[0]!.mailbox.put({ heartbeat: '2026-11-23T10:00:00Z' });
    const expected = [running('a'), { heartbeat: '2026-11-23T10:00:00Z' }];
    expect(await Promise.all([take(one, 2), take(two, 2)])).toEqual([expected, expected]);
    expect(accepted).toEqual([running('a')]);
  });

  it('is subscribed from the call on, before anything is read', async () => {
    const { relay, subscriptions } = source();
    const events = relay.subscribe();
    subscriptions[0]!.mailbox.put(running('a'));
    await new Promise(setImmediate);
    expect(await take(events, 1)).toEqual([running('a')]);
  });

  it('gives a slow reader the latest state of each pod', async () => {
    const { relay, subscriptions } = source();
    const events = relay.subscribe();
    for (const event of [running('a'), running('b'), ended('a')]) {
      subscriptions[0]!.mailbox.put(event);
      await new Promise(setImmediate);
    }
    expect(await take(events, 2)).toEqual([ended('a'), running('b')]);
  });

  it('leaves the plugin when the last subscriber has left, and comes back with the next', async () => {
    const { relay, subscriptions } = source();
    const stop = new AbortController();
    const events = relay.subscribe({ signal: stop.signal });
    const other = relay.subscribe()[Symbol.asyncIterator]();
    const reading = other.next();
    stop.abort(new Error('enough'));
    await expect(take(events, 1)).rejects.toThrow('enough');
    expect(subscriptions[0]!.signal?.aborted).toBe(false);
    subscriptions[0]!.mailbox.put(running('a'));
    await reading;
    await other.return?.();
    expect(subscriptions[0]!.signal?.aborted).toBe(true);
    relay.subscribe();
    expect(subscriptions).toHaveLength(2);
  });

  it('tells every subscriber that the plugin failed, and subscribes anew for the next', async () => {
    const { relay, subscriptions } = source();
    const both = [relay.subscribe(), relay.subscribe()];
    subscriptions[0]!.mailbox.close(new UnavailableError('lost'));
    for (const events of both) await expect(take(events, 1)).rejects.toMatchObject({ code: 'ILK_UNAVAILABLE' });
    relay.subscribe();
    expect(subscriptions).toHaveLength(2);
  });
});
