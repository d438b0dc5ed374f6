import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chooseRelease } from '../binaries/kubernetes-release.ts';
import { components } from '../binaries/programs.ts';
import { isRunning } from '../components/process-identity.ts';
import type { ControlPlane } from './control-plane.ts';
import { controlPlaneStatus } from './control-plane-status.ts';
import { readControlPlaneState } from './control-plane-state.ts';
import { pollUntil } from './poll-until.ts';
import { startControlPlane } from './start-control-plane.ts';

const run = promisify(execFile);
const startTimeoutMilliseconds = 300_000;
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'waiting', namespace: 'default' },
  spec: { containers: [{ name: 'main', image: 'busybox' }] },
};

describe('a control plane', () => {
  let parent: string;
  let plane: ControlPlane;

  const kubectl = async (...args: string[]): Promise<string> => {
    const { stdout } = await run(plane.kubectl, ['--kubeconfig', plane.kubeconfigFile, ...args]);
    return stdout;
  };
  const kubectlCreate = async (object: unknown, ...args: string[]): Promise<void> => {
    const child = run(plane.kubectl, ['--kubeconfig', plane.kubeconfigFile, 'create', '-f', '-', ...args]);
    child.child.stdin?.end(JSON.stringify(object));
    await child;
  };

  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'testbed-'));
    plane = await startControlPlane({ directory: join(parent, 'plane') });
  }, startTimeoutMilliseconds);

  afterAll(async () => {
    await plane[Symbol.asyncDispose]();
    await rm(parent, { recursive: true, force: true });
  }, startTimeoutMilliseconds);

  it('is of the release that was chosen, kubectl too', async () => {
    const { version } = chooseRelease();
    const answer = JSON.parse(await kubectl('version', '-o', 'json')) as Record<
      string,
      { readonly gitVersion: string }
    >;
    expect([answer['clientVersion']?.gitVersion, answer['serverVersion']?.gitVersion]).toEqual([version, version]);
  });

  it('has a scheduler that leaves a pod Pending where there is no node', async () => {
    await kubectlCreate(pod);
    await pollUntil(
      async () => {
        const conditions = await kubectl(
          'get',
          'pod',
          'waiting',
          '-o',
          'jsonpath={.status.phase} {.status.conditions[*].reason}',
        );
        return conditions === 'Pending Unschedulable';
      },
      { what: 'the scheduler', timeoutSeconds: 60 },
    );
    expect(await kubectl('get', 'pod', 'waiting', '-o', 'jsonpath={.spec.nodeName}')).toBe('');
  });

  it('keeps its kubeconfig and its keys to its user', async () => {
    for (const file of [plane.kubeconfigFile, plane.certificates.admin.privateKeyFile]) {
      expect((await stat(file)).mode & 0o777).toBe(0o600);
    }
  });

  it('publishes the authority that a kubelet trusts', async () => {
    const published = await kubectl(
      '-n',
      'kube-system',
      'get',
      'configmap',
      'extension-apiserver-authentication',
      '-o',
      'jsonpath={.data.client-ca-file}',
    );
    expect(published).toContain('BEGIN CERTIFICATE');
  });

  it('approves and signs serving certificates of kubelets while it is asked to', async () => {
    const stop = new AbortController();
    const approving = plane.approveServingCertificates({ signal: stop.signal });
    const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
    const request = await x509.Pkcs10CertificateRequestGenerator.create({
      name: [{ O: ['system:nodes'] }, { CN: ['system:node:virtual'] }],
      keys,
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
      extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
    });
    const spec = {
      request: Buffer.from(request.toString('pem')).toString('base64'),
      signerName: 'kubernetes.io/kubelet-serving',
      usages: ['digital signature', 'server auth'],
    };
    const csr = {
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      metadata: { name: 'virtual' },
      spec,
    };
    await kubectlCreate(
      csr,
      '--as',
      'system:node:virtual',
      '--as-group',
      'system:nodes',
      '--as-group',
      'system:authenticated',
    );
    await pollUntil(
      async () => (await kubectl('get', 'csr', 'virtual', '-o', 'jsonpath={.status.certificate}')) !== '',
      {
        what: 'the certificate',
        timeoutSeconds: 60,
      },
    );
    stop.abort();
    await approving;
  });

  it('serves again, with its data, after a crash of the API server', async () => {
    await plane.stop('kube-apiserver', { graceSeconds: 0 });
    expect((await controlPlaneStatus(plane.directory)).state).toBe('partly');
    await plane.start('kube-apiserver');
    expect((await controlPlaneStatus(plane.directory)).state).toBe('running');
    expect(await kubectl('get', 'namespaces', '-o', 'name')).toContain('namespace/default');
  });

  it('leaves no process and no file behind', async () => {
    const state = await readControlPlaneState(plane.directory);
    const identities = components.map((component) => state!.components[component]!);
    expect(await Promise.all(identities.map(isRunning))).toEqual([true, true, true, true]);
    await plane[Symbol.asyncDispose]();
    expect(await Promise.all(identities.map(isRunning))).toEqual([false, false, false, false]);
    expect(await readdir(parent)).toEqual([]);
  });
});
