import type { Clock, Logger } from '@interlink/runtime';
import { createEventBudget } from './event-budget.ts';

/** Sends what it is given, several at a time and not too fast. */
export interface EventSenders {
  /** Sends later; what has the same name goes in the order in which it was given. `send` must not reject. False: too much waits, it is left out. */
  add(name: string, send: () => Promise<void>): boolean;
  /** Resolves when what was added until now has been sent. */
  flush(): Promise<void>;
}

/** The events of a node; those of all nodes of a client share four connections, so that writes of status never wait for events. */
const senderCount = 4;
/** A kubelet sends 50 a second, and a virtual node has the pods of many. */
const budgetOfNode = { perSecond: 200, burst: 400 };
/** What ten thousand pods tell at once, in some ten megabytes. */
const maximumPending = 20_000;

/** Four senders. A name always has the same one, so that a slow answer holds up few others. A flood that is too much for them is logged once. */
export function createEventSenders({
  clock,
  logger,
}: {
  readonly clock: Clock;
  readonly logger: Logger;
}): EventSenders {
  const budget = createEventBudget(budgetOfNode);
  const lasts = Array.from({ length: senderCount }, () => Promise.resolve());
  let pending = 0;
  let isFull = false;

  async function sendInTurn(send: () => Promise<void>): Promise<void> {
    const milliseconds = budget.spend(clock.monotonic());
    if (milliseconds > 0) await clock.sleep(milliseconds);
    await send();
    pending -= 1;
  }

  function hasRoom(): boolean {
    if (pending < maximumPending / 2) isFull = false;
    if (pending < maximumPending) return true;
    if (!isFull) logger.warn({ pending }, 'events are left out, more were told than can be sent');
    isFull = true;
    return false;
  }

  return {
    add(name, send) {
      if (!hasRoom()) return false;
      pending += 1;
      const index = senderOf(name);
      lasts[index] = (lasts[index] ?? Promise.resolve()).then(() => sendInTurn(send));
      return true;
    },
    flush: () => Promise.all(lasts).then(() => undefined),
  };
}

/** Spreads UIDs and names evenly. */
function senderOf(name: string): number {
  let sum = 0;
  for (let index = 0; index < name.length; index += 1) sum = (sum * 31 + name.charCodeAt(index)) >>> 0;
  return sum % senderCount;
}
