import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findProcesses } from '@interlink/testbed';
import { openWorkbench, type Workbench } from './workbench.ts';

let bench: Workbench;
beforeEach(async () => {
  bench = await openWorkbench();
});
afterEach(async () => {
  await bench.interlink('lab', 'down');
  expect(await findProcesses(bench.directory)).toEqual([]);
  await bench[Symbol.asyncDispose]();
});

describe('a lab', () => {
  it('is one lab when two are started at the same time', async () => {
    const ends = await Promise.all([bench.interlink('lab', 'up'), bench.interlink('lab', 'up')]);

    expect(ends.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    for (const { stdout } of ends) expect(String(stdout)).toContain(`KUBECONFIG=${bench.directory}`);
    expect((await findProcesses(bench.directory)).filter((line) => line.includes('kube-apiserver'))).toHaveLength(1);
    expect((await bench.interlink('lab', 'status')).exitCode).toBe(0);

    expect((await bench.interlink('lab', 'down')).stdout.toString()).toContain('the lab has ended');
    expect((await bench.interlink('lab', 'status')).exitCode).toBe(1);
  });

  it('can be taken down while it starts', async () => {
    await using up = await bench.start('lab', 'up');
    await expect
      .poll(() => findProcesses(bench.directory), { timeout: 30_000 })
      .toContainEqual(expect.stringContaining('etcd'));

    expect((await bench.interlink('lab', 'down')).stdout.toString()).toContain('the lab has ended');
    expect((await up.ended).exitCode).toBe(1);
  });
});
