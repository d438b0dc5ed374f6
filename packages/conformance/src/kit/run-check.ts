import type { Check, CheckContext } from './check.ts';
import { ConformanceFailure, NotApplicable } from './conformance-failure.ts';
import { createContext, type ContextOptions } from './create-context.ts';
import { poll, within } from './deadline.ts';
import { settle, show } from './expect.ts';
import { isGone } from './pod-state.ts';
import type { World } from './world.ts';

/** How a check ended. */
export type Outcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'not-applicable'; readonly message: string };

/** A check waits for several steps of a pod; after so many times the settle time it hangs. */
const stepsOfACheck = 4;
/** For the deletes after a check. */
const cleanUpSeconds = 30;

/** Runs one check in a world and deletes its pods. Rejects only when the signal of the options aborts. */
export async function runCheck(check: Check, world: World, options: ContextOptions): Promise<Outcome> {
  const limitSeconds = options.settleSeconds * stepsOfACheck;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const context = createContext(world, { ...options, signal });
  const reason = check.appliesTo?.(context);
  if (reason !== undefined) return { kind: 'not-applicable', message: reason };
  try {
    const ended = await within(outcomeOf(check, context), limitSeconds);
    options.signal.throwIfAborted();
    return ended?.value ?? { kind: 'failed', message: `the check has not ended after ${limitSeconds} s` };
  } finally {
    await cleanUp(context, options.settleSeconds);
    stop.abort(new ConformanceFailure('the check has ended'));
  }
}

async function outcomeOf(check: Check, context: CheckContext): Promise<Outcome> {
  try {
    await check.run(context);
    return { kind: 'passed' };
  } catch (error) {
    if (error instanceof NotApplicable) return { kind: 'not-applicable', message: error.message };
    return {
      kind: 'failed',
      message: error instanceof ConformanceFailure ? error.message : `unexpected error: ${show(error)}`,
    };
  }
}

/**
 * Deletes the pods of a check and gives the plugin a while to end them, so that none disturbs the next check or outlives the world. What
 * the plugin makes of it is the business of other checks.
 */
async function cleanUp({ plugin, pods, facts }: CheckContext, settleSeconds: number): Promise<void> {
  const seconds = Math.min(settleSeconds, cleanUpSeconds);
  await within(Promise.allSettled(pods.made.map((pod) => plugin.delete(pod))), seconds);
  if (facts.isForeign || pods.made.length === 0) return;
  const look = async (): Promise<true | undefined> => {
    const outcome = await settle(plugin.status(pods.made));
    return 'error' in outcome || outcome.value.every(isGone) ? true : undefined;
  };
  await within(poll(look, { seconds, signal: new AbortController().signal }), seconds);
}
