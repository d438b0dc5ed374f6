import type { CommandResult, Host } from '@interlink/batch';
import { silentLogger, systemClock } from '@interlink/runtime';
import { describe, expect, it } from 'vitest';
import { createSlurmClient, type SlurmCommands } from './slurm-client.ts';
import { createSlurmScheduler } from './slurm-scheduler.ts';

const names = ['sbatch', 'scancel', 'squeue', 'sacct', 'scontrol', 'srun'] as const;
const commands = Object.fromEntries(names.map((name) => [name, [name]])) as unknown as SlurmCommands;

/** Slurm with programs that do what they are told. */
function slurmOf(run: (argv: readonly string[]) => Partial<CommandResult>) {
  const host = {
    run: (argv: readonly string[]) => Promise.resolve({ exitCode: 0, stdout: '', stderr: '', ...run(argv) }),
    readMany: () => Promise.resolve(new Map<string, string>()),
  } as unknown as Host;
  return createSlurmScheduler({
    client: createSlurmClient({ host, commands, environment: {}, deadlineSeconds: 7 }),
    host,
    policy: {
      flavors: [],
      defaultFlags: [],
      flagPolicy: { allow: [], deny: [] },
      resourceFlags: {},
      allowedAnnotations: [],
      mpiProgram: 'mpiexec',
    },
    containerRuntime: 'none',
    launcher: '/w/launcher',
    site: { shell: '/bin/bash', commandPrefix: '' },
    queryIntervalSeconds: 5,
    gpuResource: undefined,
    logger: silentLogger,
    clock: systemClock,
  });
}

describe('cancelling', () => {
  const cancel = (words: string) =>
    slurmOf(() => ({ exitCode: 1, stderr: `scancel: error: Kill job error on job id 5: ${words}` })).cancel('5', {
      directory: '/w/5',
      force: false,
    });

  it.each(['Invalid job id specified', 'Job/step already completing or completed', 'Access/permission denied'])(
    'has nothing to do where Slurm says: %s',
    async (words) => {
      await expect(cancel(words)).resolves.toBeUndefined();
    },
  );

  it('fails where Slurm says something else', async () => {
    await expect(cancel('Job can not be altered now, try again later')).rejects.toThrow('can not be altered now');
  });
});

describe('what accounting knows of jobs', () => {
  /** As sacct does it: of the ids of a list, the jobs of a user. */
  const accounting = [
    { id: '1', user: '1000', line: '1|COMPLETED|0:0|None' },
    { id: '2', user: '2000', line: '2|FAILED|1:0|None' },
    { id: '3', user: '1000', line: '3|FAILED|3:0|None' },
  ];
  const sacct = (argv: readonly string[]): Partial<CommandResult> => {
    const valueOf = (option: string) => argv.find((word) => word.startsWith(option))?.slice(option.length);
    const ids = valueOf('--jobs=')?.split(',') ?? [];
    const user = valueOf('--user=');
    const found = accounting.filter((job) => ids.includes(job.id) && (user === undefined || user === job.user));
    return { stdout: found.map(({ line }) => `${line}\n`).join('') };
  };

  it('leaves out jobs of others that have an id of ours by now', async () => {
    const slurm = slurmOf((argv) => (argv[0] === 'id' ? { stdout: '1000\n' } : sacct(argv)));
    const known = await slurm.recall?.(['1', '2']);
    expect([...(known?.keys() ?? [])]).toEqual(['1']);
  });

  it('is nothing while it is not known whose jobs are ours', async () => {
    const slurm = slurmOf((argv) => (argv[0] === 'id' ? { exitCode: 1 } : sacct(argv)));
    expect((await slurm.recall?.(['1', '2']))?.size).toBe(0);
  });
});
