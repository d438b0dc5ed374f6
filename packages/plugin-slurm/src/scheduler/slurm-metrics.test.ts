import { readFileSync } from 'node:fs';
import type { CommandResult, Host } from '@interlink/batch';
import { createManualClock, createMetrics } from '@interlink/runtime';
import { expect, it } from 'vitest';
import { createSlurmClient, type SlurmCommands } from './slurm-client.ts';

const guide = readFileSync(new URL('../../../../docs/guides/operations.md', import.meta.url), 'utf8');
const names = ['sbatch', 'scancel', 'squeue', 'sacct', 'scontrol', 'srun'] as const;
const commands = Object.fromEntries(names.map((name) => [name, [name]])) as unknown as SlurmCommands;

it('runs of Slurm’s programs are counted and timed, by program and end, as the guide says', async () => {
  const metrics = createMetrics();
  const clock = createManualClock();
  let end: CommandResult = { exitCode: 0, stdout: '', stderr: '' };
  const run: Host['run'] = async () => {
    await clock.advance(2000);
    return end;
  };
  const client = createSlurmClient({
    host: { run } as Host,
    commands,
    environment: {},
    deadlineSeconds: 7,
    metrics,
    clock,
  });
  await client.run('squeue', []);
  end = { exitCode: 1, stdout: '', stderr: 'slurm_load_jobs error: Unable to contact slurm controller' };
  await expect(client.run('squeue', [])).rejects.toThrow();
  end = { exitCode: 1, stdout: '', stderr: 'scancel: error: Invalid job id 7' };
  await expect(client.run('scancel', ['7'])).rejects.toThrow();

  const text = await metrics.registry.metrics();
  expect(text).toContain('interlink_slurm_commands_total{program="squeue",code="ok"} 1');
  expect(text).toContain('interlink_slurm_commands_total{program="squeue",code="ILK_UNAVAILABLE"} 1');
  expect(text).toMatch(/interlink_slurm_commands_total\{program="scancel",code="ILK_\w+"\} 1/);
  expect(text).toContain('interlink_slurm_command_seconds_sum{program="squeue"} 4');
  const served = [...text.matchAll(/^# TYPE (interlink_\w+) /gm)].map(([, name]) => name);
  const listed = [...guide.matchAll(/^\| `(interlink_\w+)` .*\| Slurm plugin +\|/gm)].map(([, name]) => name);
  expect(served.toSorted()).toEqual(listed.toSorted());
});
