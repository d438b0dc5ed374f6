import { createMetrics, silentLogger } from '@interlink/runtime';
import type { PodStatusEvent } from '@interlink/spec';
import { expect, it } from 'vitest';
import { eventually } from '../../../test/eventually.ts';
import { createFastClock } from '../../../test/pods/fast-clock.ts';
import { createFakeInterLink } from '../../../test/pods/fake-inter-link.ts';
import { createEventLoop } from './create-event-loop.ts';
import type { PodContext } from './pod-context.ts';
import { createPodMetrics } from './pod-metrics.ts';

it('listens less and less often to a peer that ends every stream after its first word', async () => {
  const clock = createFastClock(100);
  const fake = createFakeInterLink({ features: ['events'] });
  let streams = 0;
  async function* watch(): AsyncGenerator<PodStatusEvent> {
    streams += 1;
    yield await Promise.resolve({ heartbeat: '2026-07-20T10:00:00Z' });
  }
  let questions = 0;
  const context: Partial<PodContext> = {
    api: { ...fake, watch },
    clock,
    logger: silentLogger,
    features: fake.features,
    metrics: createPodMetrics(createMetrics()),
    askSoon: () => void (questions += 1),
  };
  const loop = createEventLoop({
    context: context as PodContext,
    enqueue: () => undefined,
    overtake: () => undefined,
  });
  const ending = new AbortController();
  const over = loop.run(ending.signal).catch(() => undefined);
  await eventually(() => clock.monotonic() > 60_000);
  ending.abort();
  await over;
  expect(streams).toBeLessThan(30);
  expect(questions).toBeLessThan(60);
});
