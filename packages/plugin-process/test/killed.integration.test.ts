import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { CreateStruct, RetrievedPodData } from '@interlink/spec';
import type { EngineStep } from '@interlink/batch';
import { describe, expect, it } from 'vitest';
import { container, dataOf, ended, exitCodes, gone, logOf, podWith, ProcessWorld, until } from './world.ts';

const program = fileURLToPath(new URL('killed-plugin.ts', import.meta.url));

interface Run {
  readonly answers: CreateStruct[];
  readonly signal: NodeJS.Signals | null;
  readonly exitCode: number | null;
  readonly errors: string;
}

interface RunOptions {
  readonly killAt?: string;
  readonly action?: 'create' | 'run' | 'delete';
  readonly pods: readonly RetrievedPodData[];
  /** Milliseconds after which it is killed, wherever it is. */
  readonly killAfter?: number;
  readonly prefix?: readonly string[];
}

async function runPlugin(root: string, options: RunOptions): Promise<Run> {
  const own = [
    process.execPath,
    '--conditions=@interlink/source',
    program,
    root,
    options.killAt ?? 'none',
    options.action ?? 'create',
  ];
  const [command = '', ...rest] = [...(options.prefix ?? []), ...own];
  const child = spawn(command, rest, { stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.pods.map((data) => `${JSON.stringify(data)}\n`).join(''));
  const timer =
    options.killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), options.killAfter);
  const [exitCode, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  const answers = output.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as CreateStruct]));
  return { answers, exitCode, signal, errors };
}

/** A pod that leaves a line in a file each time it is run. */
function countingPod(world: ProcessWorld, uid = 'pod-1'): ReturnType<typeof podWith> {
  return podWith({ containers: [container({ script: `echo run >> ${world.root}/runs.txt-${uid}; sleep 0.3` })] }, uid);
}

async function runsOf(world: ProcessWorld, uid = 'pod-1'): Promise<string> {
  return await readFile(`${world.root}/runs.txt-${uid}`, 'utf8').catch(() => '');
}

describe('a plugin killed with SIGKILL', () => {
  const createSteps: readonly EngineStep[] = ['create:begin', 'create:recorded', 'create:submitted', 'create:end'];
  it.each(createSteps)('at %s and asked again: the pod runs once, under one job id', async (killAt) => {
    await using world = await ProcessWorld.create();
    const pod = countingPod(world);
    const killed = await runPlugin(world.root, { killAt, pods: [dataOf(pod)] });
    expect(killed).toMatchObject({ signal: 'SIGKILL', answers: [] });
    const second = await runPlugin(world.root, { pods: [dataOf(pod)] });
    expect(second.errors).toBe('');
    const plugin = await world.start();
    expect([await plugin.create(dataOf(pod))]).toEqual(second.answers);
    expect(exitCodes(await ended(plugin, pod))).toEqual([0]);
    expect(await runsOf(world)).toBe('run\n');
  });

  const deleteSteps: readonly EngineStep[] = ['delete:recorded', 'delete:cancelled', 'delete:ended', 'delete:purged'];
  it.each(deleteSteps)('at %s: the next one ends the job without being asked', async (killAt) => {
    await using world = await ProcessWorld.create();
    const pod = podWith({ containers: [container({ script: `sleep 600; echo ${world.root}` })] });
    const killed = await runPlugin(world.root, { killAt, action: 'delete', pods: [dataOf(pod)] });
    expect(killed.signal).toBe('SIGKILL');
    const plugin = await world.start();
    await gone(plugin, pod);
    await until(
      () => world.processes(),
      (all) => all.length === 0,
    );
    expect(await plugin.list?.()).toEqual([]);
  });

  it('at any moment while it takes many pods loses and doubles none', async () => {
    await using world = await ProcessWorld.create();
    const pods = Array.from({ length: 12 }, (_, index) => countingPod(world, `pod-${index}`));
    const data = pods.map((pod) => dataOf(pod));
    for (let round = 0; round < 5; round += 1) {
      // From before the first record to after the last one, at moments that nobody chose.
      await runPlugin(world.root, { pods: data, killAfter: 300 + Math.random() * 500 });
    }
    const plugin = await world.start();
    await Promise.all(data.map((one) => plugin.create(one)));
    for (const pod of pods) expect(exitCodes(await ended(plugin, pod))).toEqual([0]);
    for (const pod of pods) expect(await runsOf(world, pod.metadata?.uid)).toBe('run\n');
  });
});

describe('a plugin of a user without privileges', () => {
  it('mounts volumes in a user namespace', async ({ skip }) => {
    skip(process.getuid?.() !== 0, 'the other tests have shown it: they were not run as root');
    await using world = await ProcessWorld.create();
    const nobody = 65534;
    await chown(world.root, nobody, nobody);
    const pod = podWith({
      containers: [
        container({
          script: 'cat /interlink-test/v/k; touch /interlink-test/v/x || echo read-only',
          volumeMounts: [{ name: 'v', mountPath: '/interlink-test/v' }],
        }),
      ],
      volumes: [{ name: 'v', secret: { secretName: 's' } }],
    });
    const data = dataOf(pod, {
      secrets: [{ metadata: { name: 's' }, data: { k: Buffer.from('K\n').toString('base64') } }],
    });
    const prefix = [
      'setpriv',
      `--reuid=${nobody}`,
      `--regid=${nobody}`,
      '--clear-groups',
      'env',
      'HOME=/',
      'NODE_COMPILE_CACHE=',
    ];
    const run = await runPlugin(world.root, { action: 'run', pods: [data], prefix });
    expect(run).toMatchObject({ errors: '', exitCode: 0 });
    const plugin = await world.start();
    expect(await logOf(plugin, pod)).toMatch(/^K\n.*read-only\n$/s);
  });
});
