import { deepStrictEqual, strictEqual } from 'node:assert';
import { randomInt, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Plugin, Pod, RetrievedPodData } from '@interlink/spec';
import { hasEnded, isGone, waitFor } from './plugin-to-be-killed.ts';
import { runKilledPlugin, type KilledRun } from './run-killed-plugin.ts';

/** As much of a test runner as is needed: vitest's `it`. */
export type RunTest = (name: string, body: () => Promise<void>, timeoutMilliseconds: number) => unknown;

/** Where a plugin is killed, and by what its next life is judged. */
export interface KilledWorld extends AsyncDisposable {
  /** For {@link KilledRun.options}: a plugin of this world. */
  readonly options: unknown;
  /** A directory that the containers see too. */
  readonly directory: string;
  /** The next plugin of this world, in this process. It is disposed of with the world. */
  start(): Promise<Plugin>;
  /** Processes or jobs of this world's pods that are alive. */
  leftovers(): Promise<readonly string[]>;
}

/** What {@link describeKilledPlugin} needs. */
export interface KilledTests {
  readonly it: RunTest;
  /** See {@link KilledRun.program}. */
  readonly program: string;
  /** The steps of a create, and those of a delete, in order. */
  readonly steps: { readonly create: readonly string[]; readonly delete: readonly string[] };
  /** Gives a world of its own to each test. */
  readonly openWorld: () => Promise<KilledWorld>;
  /** What the containers run in. Default `busybox`. */
  readonly image?: string;
  /** Longest time from ready to the kill at a moment that nobody chose. Default 800. */
  readonly killWithinMilliseconds?: number;
}

const testMilliseconds = 300_000;
const leftoverMilliseconds = 60_000;
const manyPods = 12;
const rounds = 5;

/** A plugin that dies by SIGKILL at every step and at any moment loses no pod, doubles none, and ends what it was told to end. */
export function describeKilledPlugin(tests: KilledTests): void {
  const { it, program, steps, image = 'busybox' } = tests;
  const run = (world: KilledWorld, more: Omit<KilledRun, 'program' | 'options'>): ReturnType<typeof runKilledPlugin> =>
    runKilledPlugin({ program, options: world.options, ...more });

  for (const killAt of steps.create) {
    const name = `killed at ${killAt} and asked again: the pod runs once, under one job id`;
    const body = async (): Promise<void> => {
      await using world = await tests.openWorld();
      const data = countingPod(world, image);
      const first = await run(world, { killAt, pods: [data] });
      deepStrictEqual([first.signal, first.answers], ['SIGKILL', []], first.errors);
      const second = await run(world, { pods: [data] });
      deepStrictEqual([second.errors, second.answers.length], ['', 1]);
      const plugin = await world.start();
      deepStrictEqual(await plugin.create(data), second.answers[0]);
      await ensureRanOnce(world, plugin, data.pod);
    };
    it(name, body, testMilliseconds);
  }

  for (const killAt of steps.delete) {
    const name = `killed at ${killAt}: the next one ends the job without being asked`;
    const body = async (): Promise<void> => {
      await using world = await tests.openWorld();
      // The directory on the command line makes its processes known as this world's.
      const data = podOf(randomUUID(), image, `sleep 600; echo ${world.directory}`);
      const first = await run(world, { killAt, action: 'delete', pods: [data] });
      strictEqual(first.signal, 'SIGKILL', first.errors);
      const plugin = await world.start();
      await waitFor(plugin, data.pod, isGone);
      await ensureNothingLeft(world);
      deepStrictEqual(await plugin.list?.(), []);
    };
    it(name, body, testMilliseconds);
  }

  const anyMoment = async (): Promise<void> => {
    await using world = await tests.openWorld();
    const pods = Array.from({ length: manyPods }, () => countingPod(world, image));
    for (let round = 0; round < rounds; round += 1) {
      await run(world, { pods, killAfterMilliseconds: randomInt(tests.killWithinMilliseconds ?? 800) });
    }
    const plugin = await world.start();
    await Promise.all(pods.map((data) => plugin.create(data)));
    for (const { pod } of pods) await ensureRanOnce(world, plugin, pod);
  };
  it('killed at any moment while it takes many pods: none is lost, none runs twice', anyMoment, testMilliseconds);
}

function podOf(uid: string, image: string, script: string): RetrievedPodData {
  const container = { name: 'main', image, command: ['/bin/sh', '-c', script] };
  return {
    pod: {
      metadata: { name: `name-of-${uid}`, namespace: 'default', uid },
      spec: { nodeName: 'vk', restartPolicy: 'Never', terminationGracePeriodSeconds: 2, containers: [container] },
    },
    container: [{ name: 'main' }],
  };
}

function runsFile(world: KilledWorld, uid: string): string {
  return `${world.directory}/runs-of-${uid}`;
}

/** A pod that leaves a line in a file each time it is run. */
function countingPod(world: KilledWorld, image: string): RetrievedPodData {
  // As from a real cluster: a scheduler that several worlds share knows the pods of all of them.
  const uid = randomUUID();
  return podOf(uid, image, `echo run >> ${runsFile(world, uid)}; sleep 0.3`);
}

async function ensureRanOnce(world: KilledWorld, plugin: Plugin, pod: Pod): Promise<void> {
  const status = await waitFor(plugin, pod, hasEnded);
  strictEqual(status.containers?.[0]?.state?.terminated?.exitCode, 0, JSON.stringify(status));
  strictEqual(await readFile(runsFile(world, pod.metadata?.uid ?? ''), 'utf8'), 'run\n');
}

async function ensureNothingLeft(world: KilledWorld): Promise<void> {
  const deadline = Date.now() + leftoverMilliseconds;
  for (;;) {
    const left = await world.leftovers();
    if (left.length === 0) return;
    if (Date.now() > deadline) throw new Error(`still there: ${left.join('; ')}`);
    await sleep(100);
  }
}
