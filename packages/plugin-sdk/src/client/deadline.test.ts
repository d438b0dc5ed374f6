import { getEventListeners } from 'node:events';
import { TimeoutError } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { until } from '../testing/serve.ts';
import { startDeadline } from './deadline.ts';

const expired = (): TimeoutError => new TimeoutError('late');
const longMilliseconds = 60_000;

describe('startDeadline', () => {
  it('aborts with its own error when the time is over', async () => {
    using deadline = startDeadline(5, expired);
    await until(() => deadline.signal.aborted, 'the deadline');
    expect(deadline.signal.reason).toMatchObject({ code: 'ILK_TIMEOUT' });
  });

  it('aborts with the reason of the caller, before and after its start', () => {
    const stop = new AbortController();
    using deadline = startDeadline(longMilliseconds, expired, stop.signal);
    stop.abort(new Error('enough'));
    expect(deadline.signal.reason).toEqual(new Error('enough'));
    using second = startDeadline(longMilliseconds, expired, stop.signal);
    expect(second.signal.reason).toEqual(new Error('enough'));
  });

  it('leaves nothing on a signal that lives on', () => {
    const { signal } = new AbortController();
    for (let count = 0; count < 100; count += 1) startDeadline(longMilliseconds, expired, signal)[Symbol.dispose]();
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
