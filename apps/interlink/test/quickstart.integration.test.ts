import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ensureControlPlaneBinaries } from '@interlink/testbed';
import { openWorkbench, shellPod, type Workbench } from './workbench.ts';

const minutes = 60_000;

let bench: Workbench;
beforeAll(async () => {
  await ensureControlPlaneBinaries();
  bench = await openWorkbench();
}, 12 * minutes);
afterEach(async () => {
  expect(await bench.leftovers()).toEqual([]);
});
afterAll(() => bench[Symbol.asyncDispose]());

/** The lines of one kind, without times: `greeter | Good morning`. */
function linesOf(kind: string, output: string): string[] {
  const pattern = new RegExp(String.raw`^ *[\d.]+s +${kind} +(.*)$`, 'gm');
  return [...output.matchAll(pattern)].map(([, text]) => text ?? '');
}

describe('interlink quickstart', () => {
  it(
    'shows phases, events and logs of the example, ends with 0 and leaves nothing',
    async () => {
      const { exitCode, stdout, stderr } = await bench.interlink('quickstart');
      const output = stdout.toString();
      expect(exitCode, output + stderr).toBe(0);
      const phases = linesOf('phase', output);
      expect([phases[0], phases.at(-1)]).toEqual(['Pending', 'Succeeded']);
      const logs = linesOf('log', output);
      expect(logs.filter((line) => line.startsWith('prepare'))).toEqual(['prepare | preparing']);
      expect(logs.filter((line) => line.startsWith('greeter'))).toEqual([
        'greeter | Good morning from a ConfigMap.',
        'greeter | I am hello on interlink',
      ]);
      expect(logs.filter((line) => line.startsWith('listener'))).toEqual([
        'listener | heard it; the secret has 14 bytes',
      ]);
      expect(linesOf('event', output).join('\n')).toContain('Scheduled: ');
      expect(output).toMatch(/^pod hello succeeded$/m);
      expect(output).not.toContain('not-in-the-log');
      expect(output).not.toContain('\u001b');
    },
    2 * minutes,
  );

  it(
    'says how a pod failed, keeps the cluster with --keep until Ctrl-C, and ends with 1',
    async () => {
      const pod = shellPod('echo oh no; exit 3', { spec: { restartPolicy: 'Never' } });
      await using quickstart = await bench.start('quickstart', '--keep', '--pod', await bench.file('fails.yaml', pod));
      await quickstart.said(/keeps running until you press Ctrl-C[^]*get pods --all-namespaces\n/);
      const output = quickstart.output();
      expect(linesOf('log', output)).toEqual(['main | oh no']);
      expect(linesOf('container', output)).toContain('main: ended with 3 (Error)');
      expect(output).toMatch(/^pod one failed/m);

      const kubeconfig = /export KUBECONFIG=(\S+)/.exec(output)?.[1] ?? '';
      const doctor = await bench.interlink('doctor', '--kubeconfig', kubeconfig);
      expect(doctor.exitCode, doctor.stdout.toString()).toBe(0);
      quickstart.kill('SIGINT');
      expect((await quickstart.ended).exitCode).toBe(1);
    },
    2 * minutes,
  );

  it.each([
    ['while the control plane starts', 'starting the Kubernetes control plane', 'exit 0'],
    ['while the pod runs', 'main: running', 'sleep 1000'],
  ])(
    'takes everything away on Ctrl-C %s',
    async (_when, text, script) => {
      const file = await bench.file('slow.yaml', shellPod(script, { spec: { restartPolicy: 'Never' } }));
      await using quickstart = await bench.start('quickstart', '--pod', file);
      await quickstart.said(text);
      quickstart.kill('SIGINT');
      const { exitCode, stderr } = await quickstart.ended;
      expect(exitCode).toBe(130);
      expect(stderr).not.toMatch(/ at .*\.ts/);
    },
    2 * minutes,
  );

  it('ends with 2 for a bad file before it starts anything', async () => {
    const { exitCode, stdout, stderr } = await bench.interlink('quickstart', '--pod', '/nowhere.yaml');
    expect(exitCode).toBe(2);
    expect(stdout.toString()).toBe('');
    expect(stderr).toBe('interlink: /nowhere.yaml: cannot be read (ENOENT)\n');
  });
});
