import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Plugin, Pod, PodStatus, RetrievedPodData } from '@interlink/spec';

/** What a plugin does with its pods before it ends in order. */
export type KilledAction = 'create' | 'run' | 'delete';

/** What {@link runPluginToBeKilled} is told on the command line. */
export interface KilledArguments {
  /** Name of the step at which the process kills itself; '' for none. */
  readonly killAt: string;
  readonly action: KilledAction;
  /** What the program needs to start its plugin. */
  readonly options: unknown;
}

/** Starts the plugin; `onStep` is to be called, and waited for, at each of its steps. */
export type StartToBeKilled = (options: unknown, onStep: (step: string) => Promise<void>) => Promise<Plugin>;

const pauseMilliseconds = 20;
const longestWaitMilliseconds = 120_000;

/**
 * The main function of a program that {@link runKilledPlugin} runs: starts a plugin, takes pods from standard input and ends itself by
 * SIGKILL at the step it was told. Prints `ready`, then the answer of each create.
 */
export async function runPluginToBeKilled(start: StartToBeKilled): Promise<void> {
  const { killAt, action, options } = JSON.parse(process.argv[2] ?? '{}') as KilledArguments;
  const plugin = await start(options, async (step) => {
    if (step === killAt) process.kill(process.pid, 'SIGKILL');
    await Promise.resolve();
  });
  console.log('ready');
  const pods: RetrievedPodData[] = [];
  for await (const line of createInterface({ input: process.stdin })) pods.push(JSON.parse(line) as RetrievedPodData);
  await Promise.all(pods.map((data) => handle(plugin, data, action)));
  await plugin[Symbol.asyncDispose]();
}

async function handle(plugin: Plugin, data: RetrievedPodData, action: KilledAction): Promise<void> {
  const answer = await plugin.create(data);
  if (action === 'run') await waitFor(plugin, data.pod, hasEnded);
  if (action === 'delete') {
    await plugin.delete(data.pod);
    await waitFor(plugin, data.pod, isGone);
  }
  console.log(JSON.stringify(answer));
}

/** True when every container has terminated. */
export function hasEnded({ initContainers, containers }: PodStatus): boolean {
  const all = [...(initContainers ?? []), ...(containers ?? [])];
  return all.length > 0 && all.every(({ state }) => state?.terminated !== undefined);
}

/** True when the plugin holds nothing of the pod. */
export function isGone({ interlink }: PodStatus): boolean {
  return interlink?.state === 'gone';
}

/** Polls the status of a pod until it is as wanted; rejects with the last one after two minutes. */
export async function waitFor(plugin: Plugin, pod: Pod, test: (status: PodStatus) => boolean): Promise<PodStatus> {
  const deadline = Date.now() + longestWaitMilliseconds;
  for (;;) {
    const [status] = await plugin.status([pod]);
    if (status !== undefined && test(status)) return status;
    if (Date.now() > deadline) throw new Error(`not reached, the last status: ${JSON.stringify(status)}`);
    await sleep(pauseMilliseconds);
  }
}
