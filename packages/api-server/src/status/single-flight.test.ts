import { describe, expect, it } from 'vitest';
import { deferred } from '../testing/fake-plugin.ts';
import { createSingleFlight } from './single-flight.ts';

describe('createSingleFlight', () => {
  it('runs equal work once, and again when it is over', async () => {
    const flights = createSingleFlight<number>();
    let runs = 0;
    const gate = deferred<undefined>();
    const work = (): Promise<number> => gate.promise.then(() => (runs += 1));
    const both = Promise.all([flights.run('a', work), flights.run('a', work)]);
    gate.resolve(undefined);
    expect(await both).toEqual([1, 1]);
    expect(await flights.run('a', work)).toBe(2);
  });

  it('aborts the work only when everybody has left', async () => {
    const flights = createSingleFlight<number>();
    const [one, two] = [new AbortController(), new AbortController()];
    let seen: AbortSignal | undefined;
    const work = (signal: AbortSignal): Promise<number> => {
      seen = signal;
      return new Promise(() => undefined);
    };
    const first = flights.run('a', work, one.signal);
    const second = flights.run('a', work, two.signal);
    const reason = new Error('enough');
    one.abort(reason);
    await expect(first).rejects.toBe(reason);
    expect(seen?.aborted).toBe(false);
    two.abort(reason);
    await expect(second).rejects.toBe(reason);
    expect(seen?.aborted).toBe(true);
  });

  it('starts anew for whoever comes after forgetAll, or after work that everybody left', async () => {
    const flights = createSingleFlight<string>();
    const gate = deferred<string>();
    const first = flights.run('a', () => gate.promise);
    flights.forgetAll();
    expect(await flights.run('a', () => Promise.resolve('new'))).toBe('new');
    gate.resolve('old');
    expect(await first).toBe('old');
  });

  it('gives everybody the error', async () => {
    const flights = createSingleFlight<string>();
    const error = new Error('broken');
    const results = await Promise.allSettled([1, 2].map(() => flights.run('a', () => Promise.reject(error))));
    expect(results.map((result) => (result as PromiseRejectedResult).reason as unknown)).toEqual([error, error]);
  });
});
