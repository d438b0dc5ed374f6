import type { CommandResult, Host, RunOptions } from '@interlink/batch';
import { BackendError, TimeoutError, type InterLinkError } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { readRecordedEnds, recordedVersions, type RecordedEnd } from '../testing/recorded.ts';
import { createSlurmClient, tidy, type SlurmCommands } from './slurm-client.ts';

const names = ['sbatch', 'scancel', 'squeue', 'sacct', 'scontrol', 'srun'] as const;
const commands = Object.fromEntries(names.map((name) => [name, ['wrap', name]])) as unknown as SlurmCommands;

/** A client of programs that end as told. */
function clientOf(end: Partial<CommandResult> | Error) {
  const calls: (readonly [argv: readonly string[], options: RunOptions | undefined])[] = [];
  const run: Host['run'] = (argv, options) => {
    calls.push([argv, options]);
    if (end instanceof Error) return Promise.reject(end);
    return Promise.resolve({ exitCode: 0, stdout: '', stderr: '', ...end });
  };
  const host = { run } as Host;
  return { client: createSlurmClient({ host, commands, environment: { PATH: '/p' }, deadlineSeconds: 7 }), calls };
}

async function failureOf({ command, ...end }: RecordedEnd): Promise<InterLinkError> {
  const program = names.find((name) => command.startsWith(`${name} `));
  return await clientOf({ exitCode: end.exitCode, stderr: end.stderr })
    .client.run(program ?? 'srun', [])
    .then(() => Promise.reject(new Error(`${command} did not fail`)))
    .catch((error: unknown) => error as InterLinkError);
}

describe('Slurm’s programs', () => {
  it('run without a shell, with the environment that they were given and a deadline', async () => {
    const { client, calls } = clientOf({ stdout: '12\n' });
    expect((await client.run('sbatch', ['--x=$(id)'])).stdout).toBe('12\n');
    expect(calls).toEqual([[['wrap', 'sbatch', '--x=$(id)'], { environment: { PATH: '/p' }, deadlineSeconds: 7 }]]);
  });

  it('that warn have not failed', async () => {
    const warned = readRecordedEnds('22.05', 'refusals.txt').find(({ command }) => command.includes('--core-spec'));
    expect(warned?.stderr).toContain('sbatch: error: Ignoring -S');
    await expect(clientOf(warned!).client.run('sbatch', [])).resolves.toMatchObject({ exitCode: 0 });
  });

  it.each<[string, Partial<CommandResult> | Error]>([
    ['is not there', new BackendError('squeue cannot be started')],
    ['does not end', new TimeoutError('squeue did not end within 7 s')],
    ['is not found by a wrapper', { exitCode: 127, stderr: 'env: ‘squeue’: No such file or directory' }],
    [
      'is behind an ssh that gets nowhere',
      { exitCode: 255, stderr: 'ssh: connect to host login port 22: No route to host' },
    ],
    ['is killed', { exitCode: 137 }],
  ])('a program that %s is asked again later', async (_what, end) => {
    await expect(clientOf(end).client.run('squeue', [])).rejects.toMatchObject({ retryable: true });
  });

  it('has its exit code where it says nothing, and its output where that is all', async () => {
    await expect(clientOf({ exitCode: 3 }).client.run('squeue', [])).rejects.toMatchObject({
      code: 'ILK_BACKEND',
      message: 'squeue: exit code 3',
    });
    await expect(clientOf({ exitCode: 3, stdout: 'no\n' }).client.run('squeue', [])).rejects.toThrow('squeue: no');
  });

  const submission = (words: string) => ({
    exitCode: 1,
    stderr: `sbatch: error: Batch job submission failed: ${words}`,
  });

  it.each<[string, Partial<CommandResult>]>([
    ['loses its connection', submission('Connection reset by peer')],
    ['waits too long', submission('Connection timed out')],
    ['finds no way', submission('No route to host')],
    ['does not say what happened', submission('Unspecified error')],
    ['gets half an answer', submission('Message receive failure')],
    ['says nothing', { exitCode: 3 }],
    ['has nothing to say but a warning', { exitCode: 1, stderr: 'sbatch: error: Ignoring -S' }],
    ['is behind a connection that closes', { exitCode: 1, stderr: 'client_loop: send disconnect: Broken pipe' }],
    ['gave the number of the job', { ...submission('Invalid qos specification'), stdout: 'hello\n123;lab\n' }],
  ])('an sbatch that %s may have submitted, and is tried again', async (_what, end) => {
    await expect(clientOf(end).client.run('sbatch', [])).rejects.toMatchObject({
      code: 'ILK_UNAVAILABLE',
      retryable: true,
    });
  });

  it.each<[string, string]>([
    ['slurmctld says no', submission('Job violates a rule of this site').stderr],
    ['it does not know an option', "sbatch: unrecognized option '--nonsense'"],
    ['it says so after many words', `${'sbatch: error: a warning\n'.repeat(100)}${submission('Nodes too few').stderr}`],
  ])('an sbatch has submitted nothing where %s', async (_what, stderr) => {
    await expect(clientOf({ exitCode: 1, stderr }).client.run('sbatch', [])).rejects.toMatchObject({
      code: 'ILK_BACKEND',
      retryable: false,
    });
  });

  it('run as the user who is there where they run', async () => {
    const { client, calls } = clientOf({ stdout: '1000\n' });
    expect(await client.userId()).toBe('1000');
    expect(await client.userId()).toBe('1000');
    expect(calls).toEqual([[['wrap', 'id', '-u'], { environment: { PATH: '/p' }, deadlineSeconds: 7 }]]);
    await expect(clientOf({ stdout: 'Welcome\n' }).client.userId()).rejects.toThrow('id gave no user: Welcome');
  });
});

describe.each(recordedVersions)('what Slurm %s says', (version) => {
  const ends = [...readRecordedEnds(version, 'refusals.txt'), ...readRecordedEnds(version, 'limits.txt')];
  const failed = ends.filter(({ exitCode }) => exitCode !== 0);
  const isOutage = ({ stderr }: RecordedEnd) => /authentication error|Socket timed out|Unable to contact/.test(stderr);
  const title = ({ command, stderr }: RecordedEnd) => `${command}: ${stderr.split('\n').at(-1) ?? ''}`;

  it.each(failed.filter(isOutage).map((end) => [title(end), end] as const))('is asked again: %s', async (_, end) => {
    expect(await failureOf(end)).toMatchObject({ code: 'ILK_UNAVAILABLE', retryable: true });
  });

  const refusals = failed.filter((end) => !isOutage(end) && end.command.startsWith('sbatch'));
  it.each(refusals.map((end) => [title(end), end] as const))('is final and names a field: %s', async (_, end) => {
    const error = await failureOf(end);
    if (end.stderr.includes('SubmitJobLimit')) {
      expect(error).toMatchObject({ code: 'ILK_UNAVAILABLE', retryable: true });
      return;
    }
    expect(error).toMatchObject({ code: 'ILK_BACKEND', retryable: false });
    expect(error.message).toMatch(/^pod\.(?:spec\.containers\[\]\.resources|metadata\.annotations\[\S+\]): sbatch: /);
    expect(error.message).toContain(
      end.stderr
        .split('\n')
        .at(-1)
        ?.replace(/^sbatch: error: /, ''),
    );
  });

  it('covers both', () => {
    expect(failed.filter(isOutage)).toHaveLength(12);
    expect(refusals.length).toBeGreaterThan(19);
  });
});

it('tidy keeps what was said', () => {
  expect(tidy('sbatch: error: Memory too much\n\nsbatch: error: Batch job submission failed: No\n')).toBe(
    'Memory too much; Batch job submission failed: No',
  );
  expect(tidy('x'.repeat(5000))).toHaveLength(1000);
});
