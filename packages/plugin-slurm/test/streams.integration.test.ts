import { describeConformance } from '@interlink/conformance';
import type { ExecRequest, Plugin, Pod, StreamSession, TerminalSize } from '@interlink/spec';
import { slurmSupport, startSlurm, type SlurmCluster } from '@interlink/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SlurmConfigInput } from '../src/index.ts';
import { configFor, newWorkDirectory, podWith, startPlugin, until, waitForEnd, waitForStart } from './slurm-world.ts';

const startMilliseconds = 600_000;
const settleSeconds = 60;

/** A plugin of its own on the cluster. Containers without an image: what differs between runtimes is join.sh's. */
async function openTarget(
  cluster: SlurmCluster,
  more: SlurmConfigInput = {},
): Promise<{ plugin: Plugin } & AsyncDisposable> {
  const directory = await newWorkDirectory(cluster);
  const plugin = await startPlugin(configFor(cluster, directory.path, { runtime: 'none', ...more }));
  return {
    plugin,
    async [Symbol.asyncDispose]() {
      const held = (await plugin.list?.()) ?? [];
      const pods = held.map(({ uid, name, namespace }) => ({
        metadata: { uid, name, namespace, deletionGracePeriodSeconds: 0 },
      }));
      await Promise.all(pods.map((pod) => plugin.delete(pod)));
      await until(async () => (await plugin.status(pods)).every(({ interlink }) => interlink?.state === 'gone'));
      await plugin[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** Streams that keep what comes. */
function record(input: Pick<StreamSession, 'stdin' | 'resize'> = {}) {
  const got = { stdout: '', stderr: '' };
  const keep = (name: 'stdout' | 'stderr') => (chunk: Uint8Array) => {
    got[name] += Buffer.from(chunk).toString('latin1');
    return Promise.resolve();
  };
  return { ...input, got, stdout: keep('stdout'), stderr: keep('stderr') };
}

const untilStopped = 'trap "exit 0" TERM; while :; do sleep 0.2; done';

for (const kind of ['host', 'debian-13'] as const) {
  const support = await slurmSupport(kind);

  describe.skipIf(!support.available)(`exec, attach and port-forward, on ${support.reason}`, () => {
    let cluster: SlurmCluster;
    beforeAll(async () => {
      cluster = await startSlurm({ kind });
    }, startMilliseconds);
    afterAll(() => cluster[Symbol.asyncDispose]());

    describeConformance(
      { describe, it },
      { settleSeconds, only: ['exec', 'attach', 'port-forward'], factory: () => openTarget(cluster) },
    );

    async function running(target: { plugin: Plugin }, uid: string, annotations: Record<string, string> = {}) {
      const data = podWith(uid, untilStopped);
      const pod: Pod = { ...data.pod, metadata: { ...data.pod.metadata, annotations } };
      await target.plugin.create({ ...data, pod });
      await waitForStart(target.plugin, pod);
      const request: Omit<ExecRequest, 'command'> = {
        namespace: 'default',
        podUid: uid,
        podName: `name-of-${uid}`,
        containerName: 'main',
      };
      return { pod, request };
    }

    it('says nothing of its own: what the command writes and how it ends is all there is', async () => {
      await using target = await openTarget(cluster);
      const { request } = await running(target, 'quiet');
      for (const exitCode of [0, 1, 2, 125, 255]) {
        const streams = record();
        const command = ['sh', '-c', `echo out; echo error >&2; exit ${exitCode}`];
        expect(await target.plugin.exec?.({ ...request, command }, streams)).toEqual({ exitCode });
        expect(streams.got).toEqual({ stdout: 'out\n', stderr: 'error\n' });
      }
    });

    it('runs on the node of the runner, of a job of several', async () => {
      await using target = await openTarget(cluster);
      const flags = { 'slurm-job.vk.io/flags': '--nodes=2 --ntasks-per-node=1' };
      const { request } = await running(target, 'spread', flags);
      const stop = new AbortController();
      const run = async () => await target.plugin.exec?.({ ...request, command: ['sleep', '600'] }, record(), stop);
      const runs = [run(), run(), run(), run()].map((call) => call.catch(() => undefined));
      const nodes = async (): Promise<string[]> => {
        const { stdout } = await cluster.run(['squeue', '--steps', '--noheader', '-o', '%i %N']);
        const steps = stdout.split('\n').filter((line) => /^\d+\.\d+ /.test(line));
        return steps.map((line) => line.split(' ')[1] ?? '');
      };
      await until(async () => (await nodes()).length >= runs.length);
      const [held] = (await target.plugin.list?.()) ?? [];
      const job = ['--noheader', `--jobs=${held?.jobId ?? ''}`];
      const { stdout } = await cluster.run(['squeue', ...job, '-O', 'BatchHost']);
      expect(new Set(await nodes())).toEqual(new Set([stdout.trim()]));
      stop.abort(new Error('enough'));
      await Promise.all(runs);
      await until(async () => (await nodes()).length === 0);
    });

    it('passes on what has no end of line yet, and gives no terminal that was not asked for', async () => {
      await using target = await openTarget(cluster);
      const { request } = await running(target, 'prompt');
      let feed = (_text: string): void => undefined;
      const fed = new Promise<string>((resolve) => (feed = resolve));
      async function* input() {
        yield Buffer.from(await fed);
      }
      const streams = record({ stdin: input() });
      const script = 'test -t 0 || test -t 1 || test -t 2 || printf "prompt> "; read -r line; printf "got %s" "$line"';
      const run = target.plugin.exec?.({ ...request, command: ['sh', '-c', script] }, streams);
      await until(() => Promise.resolve(streams.got.stdout === 'prompt> '));
      feed('answer\n');
      expect(await run).toEqual({ exitCode: 0 });
      expect(streams.got).toEqual({ stdout: 'prompt> got answer', stderr: '' });
    });

    it('makes a terminal that follows the caller’s', async () => {
      await using target = await openTarget(cluster);
      const { request } = await running(target, 'terminal');
      let send = (): void => undefined;
      const sent = new Promise<void>((resolve) => (send = resolve));
      async function* sizes(): AsyncGenerator<TerminalSize> {
        yield { width: 100, height: 30 };
        await sent;
        yield { width: 132, height: 50 };
        await new Promise(() => undefined);
      }
      const streams = record({ resize: sizes() });
      const take = streams.stdout;
      const watching = {
        ...streams,
        stdout: async (chunk: Uint8Array) => {
          await take(chunk);
          if (streams.got.stdout.includes('30 100')) send();
        },
      };
      const script = 'trap "stty size; exit 4" WINCH; stty size; while :; do sleep 0.1; done';
      const status = await target.plugin.exec?.({ ...request, command: ['sh', '-c', script], tty: true }, watching);
      expect(status).toEqual({ exitCode: 4 });
      expect(streams.got.stdout).toBe('30 100\r\n50 132\r\n');
    });

    it('ends a command with its job', async () => {
      await using target = await openTarget(cluster);
      const { pod, request } = await running(target, 'ending');
      const run = target.plugin.exec?.({ ...request, command: ['sleep', '600'] }, record());
      const outcome = run?.then(
        ({ exitCode }) => exitCode,
        (error: unknown) => (error as { code: string }).code,
      );
      await target.plugin.delete({ ...pod, metadata: { ...pod.metadata, deletionGracePeriodSeconds: 1 } });
      expect([137, 143, 'ILK_UNAVAILABLE', 'ILK_BACKEND', 'ILK_CONFLICT']).toContain(await outcome);
      await waitForEnd(target.plugin, pod);
    });

    it('says what Slurm said where the job cannot be entered', async () => {
      await using target = await openTarget(cluster, { commands: { srun: ['srun', '--no-such-option'] } });
      const { request } = await running(target, 'refused');
      const refused = target.plugin.exec?.({ ...request, command: ['true'] }, record());
      await expect(refused).rejects.toMatchObject({
        code: 'ILK_BACKEND',
        message: expect.stringContaining('unrecognized option') as string,
      });
    });
  });
}
