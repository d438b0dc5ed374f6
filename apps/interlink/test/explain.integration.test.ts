import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findProcesses } from '@interlink/testbed';
import { openWorkbench, shellPod, type Workbench } from './workbench.ts';

let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench();
});
afterEach(async () => {
  expect(await bench.leftovers()).toEqual([]);
});
afterAll(() => bench[Symbol.asyncDispose]());

interface Explanation {
  readonly verdicts: readonly { path: string; verdict: string; note: string }[];
  readonly refusal?: { message: string; field: string };
  readonly containers: readonly { name: string; argv: string[] }[];
}

/** Sets a field of every part of a pod, known and unknown ones. */
const rich = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'rich' },
  spec: {
    foo: 1,
    restartPolicy: 'OnFailure',
    activeDeadlineSeconds: 60,
    terminationGracePeriodSeconds: 7,
    nodeSelector: { 'kubernetes.io/role': 'agent' },
    affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
    tolerations: [{ operator: 'Exists' }],
    priorityClassName: 'high',
    serviceAccountName: 'robot',
    dnsPolicy: 'None',
    hostNetwork: true,
    hostname: 'elsewhere',
    imagePullSecrets: [{ name: 'registry' }],
    securityContext: { fsGroup: 100 },
    runtimeClassName: 'kata',
    initContainers: [{ name: 'init', image: 'busybox', command: ['true'], bar: 2 }],
    containers: [
      {
        name: 'main',
        image: 'busybox',
        imagePullPolicy: 'Never',
        command: ['sh'],
        args: ['-c', 'true'],
        workingDir: '/tmp',
        livenessProbe: { exec: { command: ['true'] } },
        readinessProbe: { httpGet: { port: 80 } },
        startupProbe: { tcpSocket: { port: 80 } },
        lifecycle: { preStop: { exec: { command: ['true'] } } },
        resources: { limits: { cpu: '1' } },
        ports: [{ containerPort: 80 }],
        env: [{ name: 'A', value: 'not-a-verdict' }],
        envFrom: [{ configMapRef: { name: 'settings', optional: true } }],
        volumeMounts: [{ name: 'scratch', mountPath: '/scratch', readOnly: true }],
        securityContext: { privileged: true },
        stdin: true,
        tty: true,
      },
    ],
    volumes: [
      { name: 'scratch', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } },
      { name: 'host', hostPath: { path: '/etc' } },
      { name: 'disk', persistentVolumeClaim: { claimName: 'disk' } },
      { name: 'plain', emptyDir: {} },
    ],
  },
};

/** Paths of every value that holds no other, `spec.containers[0].image`. */
function leaves(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => leaves(item, `${path}[${index}]`));
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return [path];
  return Object.entries(value).flatMap(([key, item]) => leaves(item, `${path}.${key}`));
}

/** Names connect the parts of a pod and have no effect of their own. */
const isName = (path: string): boolean => /^spec\.\w+(\[\d+\])(\.volumeMounts\[\d+\])?\.name$/.test(path);

describe('interlink explain', () => {
  it('has a verdict for every field that a pod sets', async () => {
    const { exitCode, stdout } = await bench.interlink('explain', await bench.file('rich.yaml', rich), '--json');
    expect(exitCode).toBe(1);
    const { verdicts } = JSON.parse(stdout.toString()) as Explanation;
    const judged = verdicts.map(({ path }) => path);
    const isJudged = (leaf: string): boolean =>
      judged.some((path) => leaf === path || leaf.startsWith(`${path}.`) || leaf.startsWith(`${path}[`));
    const unjudged = leaves(rich.spec, 'spec').filter((leaf) => !isName(leaf) && !isJudged(leaf));
    expect(unjudged).toEqual([]);
    expect(verdicts.filter(({ note }) => note === '')).toEqual([]);
  });

  it('prints a line for each verdict, and why the pod would be refused', async () => {
    const { exitCode, stdout, stderr } = await bench.interlink('explain', await bench.file('rich.yaml', rich));
    expect(exitCode).toBe(1);
    expect(stderr).toBe('');
    const text = stdout.toString();
    for (const line of [
      /^ {2}ignored {3}spec\.foo: /m,
      /^ {2}honoured {2}spec\.containers\[0\]\.livenessProbe: /m,
      /^ {2}ignored {3}spec\.initContainers\[0\]\.bar: /m,
      /^ {2}honoured {2}spec\.containers\[0\]\.command: /m,
      /^ {2}emulated {2}spec\.volumes\[0\]\.emptyDir\.medium: /m,
      /^ {2}refused {3}spec\.volumes\[1\]\.hostPath: /m,
      /^ {2}refused {3}spec\.volumes\[2\]\.persistentVolumeClaim: /m,
      /^The pod would be refused: pod\.spec\.volumes\[1\]\.hostPath is not supported/m,
    ])
      expect(text).toMatch(line);
    expect(text).not.toContain('not-a-verdict');
    expect(text).not.toContain('\u001b');
  });

  it('prints the job of a pod that would be taken, and runs nothing', async () => {
    const mark = `sleep 77${process.pid}`;
    const { exitCode, stdout } = await bench.interlink('explain', await bench.file('taken.yaml', shellPod(mark)));
    expect(exitCode).toBe(0);
    expect(stdout.toString()).toMatch(/^The job$/m);
    expect(stdout.toString()).toContain(JSON.stringify(['sh', '-c', mark]));
    expect(stdout.toString()).not.toContain('restartPolicy');
    expect(await findProcesses(mark)).toEqual([]);
  });

  it('judges by the configuration of the plugin', async () => {
    const volumes = [{ name: 'host', hostPath: { path: '/etc' } }];
    const pod = await bench.file('host.yaml', shellPod('true', { spec: { volumes } }));
    const config = await bench.file('process.yaml', { hostPaths: [{ path: '/etc' }] });
    expect((await bench.interlink('explain', pod)).exitCode).toBe(1);
    const allowed = await bench.interlink('explain', pod, '--config', config);
    expect(allowed.exitCode).toBe(0);
    expect(allowed.stdout.toString()).toMatch(/^ {2}emulated {2}spec\.volumes\[0\]\.hostPath: allowed below \/etc/m);
  });

  it('ends with 2 for a configuration with an unknown key, and names it', async () => {
    const pod = await bench.file('pod.yaml', shellPod('true'));
    const config = await bench.file('bad.yaml', { runtim: 'none' });
    const { exitCode, stdout, stderr } = await bench.interlink('explain', pod, '--config', config);
    expect(exitCode).toBe(2);
    expect(stdout.toString()).toBe('');
    expect(stderr).toBe(`interlink: ${config}: unknown key runtim\n`);
  });
});
