import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureControlPlaneBinaries, slurmSupport, startSlurm, type SlurmCluster } from '@interlink/testbed';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openWorkbench, shellPod, type Workbench } from './workbench.ts';

const minutes = 60_000;
const support = await slurmSupport('host');

/** A machine whose Slurm is not configured. */
const withoutSlurm = { SLURM_CONF: '/dev/null' };

let bench: Workbench;

/** Directories of pods that were not taken away. */
async function stateLeftovers(): Promise<readonly string[]> {
  return await readdir(join(bench.directory, 's', 'interlink')).catch(() => []);
}

describe.skipIf(!support.available)(`interlink with a Slurm of its own: ${support.reason}`, () => {
  beforeAll(async () => {
    await ensureControlPlaneBinaries();
    bench = await openWorkbench(withoutSlurm);
  }, 12 * minutes);
  afterEach(async () => {
    expect(await bench.leftovers()).toEqual([]);
    expect(await stateLeftovers()).toEqual([]);
  });
  afterAll(() => bench[Symbol.asyncDispose]());

  it(
    'runs the example as a job, ends with 0 and leaves nothing',
    async () => {
      const { exitCode, stdout, stderr } = await bench.interlink('quickstart', '--backend', 'slurm');
      const output = stdout.toString();
      expect(exitCode, output + stderr).toBe(0);
      expect(stderr).toContain('no Slurm of this machine can be used: ');
      expect(stderr).toMatch(/and Slurm plugin \(Slurm \d+\.\d+\.\d+, started here\)$/m);
      expect(output).toContain('JobSubmitted: the backend took the pod as job 1\n');
      expect(output).toContain('listener | heard it; the secret has 14 bytes\n');
      expect(output).toMatch(/^pod hello succeeded$/m);
    },
    2 * minutes,
  );

  it('says what a doctor finds where there is no Slurm', async () => {
    const { exitCode, stdout } = await bench.interlink('doctor', '--backend', 'slurm');
    expect(exitCode).toBe(1);
    expect(stdout.toString()).toMatch(/^BROKEN +Slurm programs +.*ClusterName needs to be specified/m);
    expect(stdout.toString()).toMatch(/^- +slurmctld +not asked, since Slurm programs is broken$/m);
    expect(stdout.toString()).toMatch(/^the first broken hop is: Slurm programs$/m);
  });
});

describe.skipIf(!support.available)(`interlink with the Slurm that is there: ${support.reason}`, () => {
  let cluster: SlurmCluster;
  beforeAll(async () => {
    cluster = await startSlurm({ kind: 'host' });
    bench = await openWorkbench(cluster.environment);
  }, 2 * minutes);
  afterEach(async () => {
    expect(await bench.leftovers()).toEqual([]);
    expect(await stateLeftovers()).toEqual([]);
    expect(await queue()).toBe('');
  });
  afterAll(async () => {
    await bench[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
  });

  const queue = async (): Promise<string> => (await cluster.run(['squeue', '--noheader'])).stdout;

  it('runs a pod there: its log, its exit code, a job of this Slurm', async () => {
    const file = await bench.file('seven.yaml', shellPod('echo seven; exit 7'));
    const { exitCode, stdout } = await bench.interlink('run', file, '--backend', 'slurm');
    expect(stdout.toString()).toBe('seven\n');
    expect(exitCode).toBe(7);
    expect((await cluster.run(['scontrol', 'show', 'jobs'])).stdout).toContain('JobName=default-one');
  });

  it('cancels the job on Ctrl-C', async () => {
    const file = await bench.file('long.yaml', shellPod('echo up; sleep 1000 & wait'));
    await using run = await bench.start('run', file, '--backend', 'slurm');
    await run.said('up\n');
    expect(await queue()).not.toBe('');
    run.kill('SIGINT');
    const { exitCode, stderr } = await run.ended;
    expect(exitCode).toBe(130);
    expect(stderr).not.toMatch(/ at .*\.ts/);
  });

  it('explains with the command that would submit the job, and submits nothing', async () => {
    const container = { resources: { limits: { cpu: '3', memory: '1Gi', 'nvidia.com/gpu': 2 } } };
    const file = await bench.file('sized.yaml', shellPod('true', { container }));
    const { exitCode, stdout } = await bench.interlink('explain', file, '--backend', 'slurm', '--json');
    expect(exitCode).toBe(0);
    const { submission } = JSON.parse(stdout.toString()) as { submission: string[] };
    expect(submission[0]).toBe('sbatch');
    expect(submission).toEqual(expect.arrayContaining(['--gres=gpu:2', '--job-name=default-one']));
    expect((await bench.interlink('explain', file, '--backend', 'slurm')).stdout.toString()).toContain(
      '"--gres=gpu:2"',
    );
    expect(await queue()).toBe('');
  });

  it('explains by the configuration of the plugin, and names what is wrong in it', async () => {
    const file = await bench.file('pod.yaml', shellPod('true'));
    const config = await bench.file('slurm.yaml', { flags: { default: ['--partition=low'] } });
    const explained = await bench.interlink('explain', file, '--backend', 'slurm', '--config', config);
    expect(explained.stdout.toString()).toContain('"--partition=low"');
    const bad = await bench.file('bad.yaml', { partition: 'low' });
    const refused = await bench.interlink('explain', file, '--backend', 'slurm', '--config', bad);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toBe(`interlink: ${bad}: unknown key partition\n`);
  });

  it('finds every hop well, or the first one that is not', async () => {
    const well = await bench.interlink('doctor', '--backend', 'slurm');
    const hops = ['Slurm programs', 'slurmctld', 'queue', 'compute nodes', 'submission'];
    expect(well.exitCode, well.stdout.toString()).toBe(0);
    for (const hop of hops) expect(well.stdout.toString()).toMatch(new RegExp(`^ok +${hop} `, 'm'));

    const config = await bench.file('nowhere.yaml', { flags: { default: ['--partition=nowhere'] } });
    const refused = await bench.interlink('doctor', '--backend', 'slurm', '--config', config);
    expect(refused.exitCode).toBe(1);
    expect(refused.stdout.toString()).toMatch(/^BROKEN +submission +.*[Ii]nvalid partition/m);

    await cluster.stop('slurmctld');
    const down = await bench.interlink('doctor', '--backend', 'slurm');
    await cluster.start('slurmctld');
    expect(down.exitCode).toBe(1);
    expect(down.stdout.toString()).toMatch(/^BROKEN +slurmctld +Slurmctld\(primary\) at \S+ is DOWN$/m);
    expect(down.stdout.toString()).toMatch(/^the first broken hop is: slurmctld$/m);
  }, 300_000);

  it(
    'ends the jobs of a lab that was killed',
    async () => {
      const up = await bench.interlink('lab', 'up', '--backend', 'slurm');
      expect(up.exitCode, up.stderr).toBe(0);
      const word = (name: string): string => new RegExp(`${name} +(\\S+)`).exec(up.stdout.toString())?.[1] ?? '';
      const kubeconfig = word('export').replace('KUBECONFIG=', '');
      const pod = await bench.file(
        'lab.yaml',
        shellPod('sleep 1000', { spec: { tolerations: [{ operator: 'Exists' }] } }),
      );
      await cluster.run([word('kubectl'), '--kubeconfig', kubeconfig, 'apply', '--filename', pod]);
      await expect.poll(queue, { timeout: 60_000 }).toMatch(/ R /);
      process.kill(Number(await readFile(join(bench.directory, 's/interlink/lab/lab.pid'), 'utf8')), 'SIGKILL');
      expect(await queue()).toMatch(/ R /);
      const down = await bench.interlink('lab', 'down');
      expect(down.exitCode, down.stderr).toBe(0);
      await expect.poll(queue, { timeout: 60_000 }).toBe('');
    },
    4 * minutes,
  );

  it('refuses a backend that there is not', async () => {
    const { exitCode, stderr } = await bench.interlink('quickstart', '--backend', 'pbs');
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain("argument 'pbs' is invalid. Allowed choices are process, slurm.");
  });
});
