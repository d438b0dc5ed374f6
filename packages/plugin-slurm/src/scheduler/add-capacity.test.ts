import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalHost, type Capacity, type Scheduler } from '@interlink/batch';
import { createManualClock, silentLogger } from '@interlink/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addCapacity, type CapacitySources } from './add-capacity.ts';

const own: Capacity = { cpuCores: 64, memoryBytes: 100, extended: { 'x/gpu': 4 }, taints: [{ key: 'own' }] };
const clock = createManualClock(1000);

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'add-capacity-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function script(text: string): Promise<string> {
  const path = join(directory, 'script');
  await writeFile(path, `#!/bin/sh\necho run >>${directory}/runs\n${text}\n`, { mode: 0o755 });
  return path;
}

function schedulerWith(sources: CapacitySources): Scheduler {
  const scheduler = { capacity: () => Promise.resolve(own) } as Scheduler;
  return addCapacity(scheduler, sources, { host: createLocalHost(), clock, logger: silentLogger });
}

const answer = `echo '{"status": "ok", "resources": {"cpu": "8", "memory": "1Gi", "pods": 5,
  "accelerators": [{"resourceType": "x/gpu", "available": 2}, {"resourceType": "x/fpga"}]}, "taints": [{"key": "said"}]}'`;

describe('addCapacity', () => {
  it('leaves the scheduler’s word where nothing else is said', async () => {
    expect(await schedulerWith({}).capacity()).toEqual(own);
  });

  it('prefers what is configured to the script’s, the script’s to the scheduler’s', async () => {
    const capacityScript = await script(answer);
    const said = { cpuCores: 8, memoryBytes: 1024 ** 3, pods: 5, extended: { 'x/gpu': 2 }, taints: [{ key: 'said' }] };
    expect(await schedulerWith({ capacityScript }).capacity()).toEqual(said);
    const capacity = { pods: 3, extended: { 'x/gpu': 1, 'y/z': 9 }, taints: [{ key: 'configured' }] };
    expect(await schedulerWith({ capacityScript, capacity }).capacity()).toEqual({
      ...said,
      pods: 3,
      extended: { 'x/gpu': 1, 'y/z': 9 },
      taints: [{ key: 'said' }, { key: 'configured' }],
    });
  });

  it('asks the script at most once a minute', async () => {
    await rm(join(directory, 'runs'), { force: true });
    const scheduler = schedulerWith({ capacityScript: await script('echo "{}"') });
    await Promise.all([scheduler.capacity(), scheduler.capacity()]);
    await scheduler.capacity();
    expect(await readFile(join(directory, 'runs'), 'utf8')).toBe('run\n');
    await clock.advance(60_000);
    await scheduler.capacity();
    expect(await readFile(join(directory, 'runs'), 'utf8')).toBe('run\nrun\n');
  });

  it.each([
    ['fails', 'exit 3'],
    ['prints no JSON', 'echo hello'],
    ['prints another kind of JSON', 'echo 17'],
    ['prints an amount that is none', `echo '{"resources": {"cpu": "many"}}'`],
  ])('goes by the scheduler while the script %s', async (_what, text) => {
    expect(await schedulerWith({ capacityScript: await script(text) }).capacity()).toEqual(own);
  });

  it('goes by the scheduler where there is no such script', async () => {
    expect(await schedulerWith({ capacityScript: '/no/such/script' }).capacity()).toEqual(own);
  });
});
