import { createMetrics, silentLogger, systemClock } from '@interlink/runtime';
import type { Pod } from '@interlink/spec';
import { expect, it } from 'vitest';
import { eventually } from '../../../test/eventually.ts';
import { buildPod, withJob } from '../../../test/pods/build-pod.ts';
import { createFakeInterLink } from '../../../test/pods/fake-inter-link.ts';
import { withPodDefaults } from '../pod-settings.ts';
import { createStatusLoop } from './create-status-loop.ts';
import type { PodContext } from './pod-context.ts';
import { createPodMemory } from './pod-memory.ts';
import { createPodMetrics } from './pod-metrics.ts';

const uids = ['a', 'b', 'c'];

it('remembers nothing of pods that vanished while they were asked for', async () => {
  const pods = new Map<string, Pod>();
  const [running, ended, silent] = uids.map((uid) => buildPod({ uid, name: uid, annotations: withJob }));
  for (const pod of [running, ended, silent]) if (pod) pods.set(pod.metadata?.uid ?? '', pod);
  const fake = createFakeInterLink();
  fake.statusAnswer = () => {
    pods.clear();
    const interlink = { state: 'known' as const };
    const terminated = { exitCode: 0 };
    const main = { name: 'main', image: '', imageID: '', ready: false, restartCount: 0 };
    return [
      { UID: 'a', containers: [{ ...main, state: { running: {} } }], interlink },
      { UID: 'b', containers: [{ ...main, state: { terminated } }], interlink },
    ];
  };
  const memory = createPodMemory();
  const context: Partial<PodContext> = {
    api: fake,
    clock: systemClock,
    logger: silentLogger,
    memory,
    nodeIp: '10.0.0.1',
    features: fake.features,
    metrics: createPodMetrics(createMetrics()),
    settings: withPodDefaults({ statusIntervalSeconds: 0.05 }),
    store: {
      list: () => [...pods.values()],
      byUid: (uid: string) => pods.get(uid),
    } as unknown as PodContext['store'],
  };
  const queued: string[] = [];
  const loop = createStatusLoop({
    context: context as PodContext,
    enqueue: (key) => queued.push(key),
    isPushed: () => false,
  });
  const ending = new AbortController();
  const over = loop.run(ending.signal).catch(() => undefined);
  await eventually(() => fake.questions.length > 0);
  // The answers are taken before the loop looks again.
  await systemClock.sleep(200);
  ending.abort();
  await over;
  expect(queued).toEqual([]);
  expect([memory.answers.size, memory.silentSince.size]).toEqual([0, 0]);
});
