import { createMetrics, silentLogger, systemClock } from '@interlink/runtime';
import { expect, it } from 'vitest';
import { eventually } from '../../../test/eventually.ts';
import { buildPod } from '../../../test/pods/build-pod.ts';
import { createFakeInterLink } from '../../../test/pods/fake-inter-link.ts';
import { withPodDefaults } from '../pod-settings.ts';
import { createDepartures } from './create-departures.ts';
import type { PodContext } from './pod-context.ts';
import { createPodMetrics } from './pod-metrics.ts';

it('ends the job of a create that was under way although the pod departed before already', async () => {
  const fake = createFakeInterLink();
  const pod = buildPod();
  const answers: (() => void)[] = [];
  const context: Partial<PodContext> = {
    api: { ...fake, delete: () => new Promise<void>((resolve) => answers.push(resolve)) },
    clusterId: 'cluster-1',
    clock: systemClock,
    logger: silentLogger,
    settings: withPodDefaults({}),
    metrics: createPodMetrics(createMetrics()),
  };
  const departures = createDepartures(context as PodContext);
  const ending = new AbortController();
  const running = departures.run(ending.signal);
  departures.add(pod);
  await eventually(() => answers.length === 1);
  // The backend gets a create that was on its way, and only then answers the delete that it had before.
  departures.add(pod);
  answers[0]?.();
  await eventually(() => answers.length === 2, Boolean, 5);
  expect(answers).toHaveLength(2);
  answers[1]?.();
  ending.abort();
  await running;
});
