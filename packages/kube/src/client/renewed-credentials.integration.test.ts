import { chmod, copyFile, readFile } from 'node:fs/promises';
import { createManualClock, silentLogger, type ManualClock } from '@interlink/runtime';
import { startControlPlane, type CertificateFiles, type ControlPlane } from '@interlink/testbed';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../test/eventually.ts';
import { createKubeconfigDirectory, type KubeconfigDirectory } from '../../test/kubeconfig-directory.ts';
import { createKubeClient, requestToken, type ConnectedKubeClient } from '../index.ts';

const minuteMilliseconds = 60_000;

let controlPlane: ControlPlane;
let admin: ConnectedKubeClient;
let directory: KubeconfigDirectory;
let clock: ManualClock;
let client: ConnectedKubeClient | undefined;

beforeAll(async () => {
  controlPlane = await startControlPlane();
  admin = await createKubeClient({ kubeconfigFile: controlPlane.kubeconfigFile, logger: silentLogger });
}, 900_000);
afterAll(async () => {
  await admin[Symbol.asyncDispose]();
  await controlPlane[Symbol.asyncDispose]();
});
beforeEach(async () => {
  directory = await createKubeconfigDirectory();
  clock = createManualClock(Date.now());
});
afterEach(async () => {
  await client?.[Symbol.asyncDispose]();
  await directory[Symbol.asyncDispose]();
});

/** A client for a user of a kubeconfig; the client stays the same whatever becomes of the files. */
async function open(user: object): Promise<ConnectedKubeClient> {
  const { server, certificates } = controlPlane;
  const cluster = { server, 'certificate-authority': certificates.clusterAuthority.certificateFile };
  const kubeconfigFile = await directory.writeKubeconfig(user, cluster);
  client = await createKubeClient({ kubeconfigFile, logger: silentLogger, clock });
  return client;
}

/** As whom the API server knows the client. */
async function whoIs(asked: ConnectedKubeClient): Promise<string | undefined> {
  const { status } = await asked.request<{ status?: { userInfo?: { username?: string } } }>({
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    body: {},
  });
  return status?.userInfo?.username;
}

async function install({ certificateFile, privateKeyFile }: CertificateFiles): Promise<void> {
  await copyFile(certificateFile, directory.path('client.crt'));
  await copyFile(privateKeyFile, directory.path('client.key'));
}

async function serviceAccountToken(name: string): Promise<string> {
  const path = '/api/v1/namespaces/default/serviceaccounts';
  await admin.request({ method: 'POST', path, body: { metadata: { name } } });
  const { token } = await requestToken({
    client: admin,
    namespace: 'default',
    serviceAccount: name,
    audiences: [],
    expirationSeconds: 3600,
  });
  return token;
}

describe('what a kubeconfig points at, renewed while the client is in use,', () => {
  it('counts within a minute: client-certificate and client-key', async () => {
    const { scheduler, controllerManager } = controlPlane.certificates;
    await install(scheduler);
    const renewing = await open({ 'client-certificate': 'client.crt', 'client-key': 'client.key' });
    expect(await whoIs(renewing)).toBe('system:kube-scheduler');
    await install(controllerManager);
    await clock.advance(minuteMilliseconds);
    expect(await whoIs(renewing)).toBe('system:kube-controller-manager');
    expect(renewing.clientCertificate()).toBe(await readFile(controllerManager.certificateFile, 'utf8'));
  });

  it('counts at once when the old is refused: tokenFile', async () => {
    await directory.write('token', await serviceAccountToken('first'));
    const renewing = await open({ tokenFile: 'token' });
    expect(await whoIs(renewing)).toBe('system:serviceaccount:default:first');
    expect(renewing.clientCertificate()).toBeUndefined();
    await directory.write('token', await serviceAccountToken('second'));
    await admin.request({ method: 'DELETE', path: '/api/v1/namespaces/default/serviceaccounts/first' });
    await eventually(
      () => whoIs(renewing),
      (name) => name === 'system:serviceaccount:default:second',
    );
  });

  it('counts once the old has expired: the certificate of a credential program', async () => {
    const { scheduler, controllerManager } = controlPlane.certificates;
    await install(scheduler);
    const program = `import { readFileSync } from 'node:fs';
      const read = (name) => readFileSync(${JSON.stringify(directory.path('/'))} + name, 'utf8');
      const expirationTimestamp = new Date(Date.now() + 1000).toISOString();
      const status = { expirationTimestamp, clientCertificateData: read('client.crt'), clientKeyData: read('client.key') };
      console.log(JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status }));`;
    const file = await directory.write('program.mjs', `#!${process.execPath}\n${program}`);
    await chmod(file, 0o755);
    const renewing = await open({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command: file } });
    expect(await whoIs(renewing)).toBe('system:kube-scheduler');
    await install(controllerManager);
    await eventually(
      async () => {
        await clock.advance(minuteMilliseconds);
        return await whoIs(renewing);
      },
      (name) => name === 'system:kube-controller-manager',
    );
    expect(renewing.clientCertificate()).toBe(await readFile(controllerManager.certificateFile, 'utf8'));
  });
});
