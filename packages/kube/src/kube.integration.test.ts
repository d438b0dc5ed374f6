import { X509Certificate, createPrivateKey } from 'node:crypto';
import { silentLogger, systemClock } from '@interlink/runtime';
import { startControlPlane, type ControlPlane } from '@interlink/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../test/eventually.ts';
import { openClient } from '../test/kube-test-client.ts';
import {
  createEventRecorder,
  keepLease,
  requestCertificate,
  requestToken,
  reviewAccess,
  reviewToken,
  type KubeClient,
} from './index.ts';

let controlPlane: ControlPlane;
let client: KubeClient;

beforeAll(async () => {
  controlPlane = await startControlPlane();
  client = await openClient(controlPlane.kubeconfigFile);
}, 900_000);
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await controlPlane[Symbol.asyncDispose]();
});

describe('client', () => {
  it.each([
    ['NotFound', 404, 'ILK_NOT_FOUND', { method: 'GET', path: '/api/v1/namespaces/none' }],
    [
      'AlreadyExists',
      409,
      'ILK_CONFLICT',
      { method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: 'default' } } },
    ],
    [
      'Invalid',
      422,
      'ILK_INVALID_INPUT',
      { method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: 'UPPER' } } },
    ],
    ['BadRequest', 400, 'ILK_INVALID_INPUT', { method: 'POST', path: '/api/v1/namespaces', body: { metadata: 7 } }],
  ] as const)('gives %s (HTTP %i) as %s', async (reason, status, code, request) => {
    await expect(client.request(request)).rejects.toMatchObject({ code, details: { status, reason } });
  });

  it('names the field that the API server names', async () => {
    const body = { metadata: { name: 'UPPER' } };
    await expect(client.request({ method: 'POST', path: '/api/v1/namespaces', body })).rejects.toMatchObject({
      field: 'metadata.name',
    });
  });

  it('is told no by a cluster that forbids', async () => {
    const token = await requestToken({
      client,
      namespace: 'default',
      serviceAccount: 'default',
      audiences: [],
      expirationSeconds: 600,
    });
    const { createKubeClient } = await import('./index.ts');
    const tls = { rejectUnauthorized: false };
    const credentials = () =>
      Promise.resolve({ server: controlPlane.server, tls, headers: { authorization: `Bearer ${token.token}` } });
    await using weak = await createKubeClient({ credentials, logger: silentLogger });
    await expect(weak.request({ method: 'GET', path: '/api/v1/nodes' })).rejects.toMatchObject({
      code: 'ILK_FORBIDDEN',
    });
  });
});

describe('lease', () => {
  const path = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/virtual';
  interface Lease {
    metadata: { uid: string };
    spec: { renewTime: string; leaseDurationSeconds: number; holderIdentity: string };
  }
  const read = () => client.request<Lease>({ method: 'GET', path }).catch(() => undefined);

  it('is made, renewed, and made again after somebody deleted it', async () => {
    const stop = new AbortController();
    const kept = keepLease(
      { client, name: 'virtual', holder: 'virtual', renewSeconds: 0.2, logger: silentLogger },
      stop.signal,
    );
    const first = await eventually(read);
    expect(first?.spec).toMatchObject({ leaseDurationSeconds: 40, holderIdentity: 'virtual' });
    await eventually(
      read,
      (lease) => lease?.metadata.uid === first?.metadata.uid && lease?.spec.renewTime !== first?.spec.renewTime,
    );
    await client.request({ method: 'DELETE', path });
    await eventually(read, (lease) => lease !== undefined && lease.metadata.uid !== first?.metadata.uid);
    stop.abort();
    await kept;
  });
});

describe('event recorder', () => {
  interface Events {
    items: { reason: string; message: string; count: number; involvedObject: { name: string } }[];
  }
  const read = async (name: string) => {
    const query = { fieldSelector: `involvedObject.name=${name}` };
    return (await client.request<Events>({ method: 'GET', path: '/api/v1/namespaces/default/events', query })).items;
  };

  it('counts up what is told again, with a write every five minutes, and shortens what is too long', async () => {
    let minutes = 0;
    const writes: string[] = [];
    const counting: KubeClient = {
      ...client,
      request: (request) => {
        writes.push(request.method);
        return client.request(request);
      },
    };
    const clock = { ...systemClock, monotonic: () => performance.now() + minutes * 60_000 };
    const options = { client: counting, component: 'test', host: 'h', logger: silentLogger, clock };
    const recorder = createEventRecorder(options);
    const object = { apiVersion: 'v1', kind: 'Pod', name: 'talker', namespace: 'default', uid: 'u1' };
    for (let index = 0; index < 3; index += 1) recorder.event(object, 'Warning', 'Refused', 'x'.repeat(5000));
    recorder.event(object, 'Normal', 'Started', 'ok');
    await recorder.flush();
    minutes = 5;
    recorder.event(object, 'Warning', 'Refused', 'x'.repeat(5000));
    await recorder.flush();
    expect(writes).toEqual(['POST', 'POST', 'PATCH']);
    const events = await read('talker');
    expect(events.map(({ reason, count }) => [reason, count]).toSorted()).toEqual([
      ['Refused', 4],
      ['Started', 1],
    ]);
    expect(events.find(({ reason }) => reason === 'Refused')?.message).toHaveLength(1024);
  });

  it('lets one noisy object send 25 events and no more', async () => {
    const recorder = createEventRecorder({ client, component: 'test', logger: silentLogger });
    const object = { apiVersion: 'v1', kind: 'Pod', name: 'noisy', namespace: 'default', uid: 'u2' };
    for (let index = 0; index < 60; index += 1) recorder.event(object, 'Normal', 'Tick', `message ${index}`);
    await recorder.flush();
    expect(await read('noisy')).toHaveLength(25);
  });

  it('tells another reason of a noisy object', async () => {
    const recorder = createEventRecorder({ client, component: 'test', logger: silentLogger });
    const object = { apiVersion: 'v1', kind: 'Pod', name: 'loud', namespace: 'default', uid: 'u3' };
    for (let index = 0; index < 60; index += 1) recorder.event(object, 'Warning', 'Failed', `message ${index}`);
    recorder.event(object, 'Normal', 'Started', 'ok');
    await recorder.flush();
    expect((await read('loud')).map(({ reason }) => reason)).toContain('Started');
  });

  it('never throws, and goes on after an event that the cluster refuses', async () => {
    const recorder = createEventRecorder({ client, component: 'test', logger: silentLogger });
    recorder.event({ apiVersion: 'v1', kind: 'Pod', name: 'lost', namespace: 'no-such-namespace' }, 'Normal', 'A', 'a');
    recorder.event({ apiVersion: 'v1', kind: 'Node', name: 'a-node' }, 'Normal', 'B', 'b');
    await recorder.flush();
    expect(await read('a-node')).toHaveLength(1);
  });
});

describe('requestCertificate', () => {
  const collection = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
  const ask = (signal: AbortSignal, onPending?: (name: string) => void) =>
    requestCertificate({
      client,
      signerName: 'kubernetes.io/kubelet-serving',
      commonName: 'system:node:virtual',
      organizations: ['system:nodes'],
      ipAddresses: ['127.0.0.1'],
      dnsNames: ['virtual'],
      usages: ['digital signature', 'server auth'],
      namePrefix: 'test-virtual-',
      pollSeconds: 0.2,
      onPending,
      logger: silentLogger,
      signal,
    });
  const left = async () =>
    (await client.request<{ items: unknown[] }>({ method: 'GET', path: collection })).items.length;

  it('gives a certificate with the key that belongs to it once it is approved, and cleans up', async () => {
    const stop = new AbortController();
    const approving = controlPlane.approveServingCertificates({ signal: stop.signal }).catch(() => undefined);
    const issued = await ask(stop.signal);
    const certificate = new X509Certificate(issued.certificate);
    expect(certificate.subject).toBe('O=system:nodes\nCN=system:node:virtual');
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkHost('virtual')).toBe('virtual');
    expect(certificate.checkPrivateKey(createPrivateKey(issued.privateKey))).toBe(true);
    expect(await left()).toBe(0);
    stop.abort();
    await approving;
  });

  it('says so when it is denied', async () => {
    const deny = async (name: string): Promise<void> => {
      const request = await client.request<object>({ method: 'GET', path: `${collection}/${name}` });
      const conditions = [{ type: 'Denied', status: 'True', reason: 'NotKnown', message: 'who is this' }];
      await client.request({
        method: 'PUT',
        path: `${collection}/${name}/approval`,
        body: { ...request, status: { conditions } },
      });
    };
    const denied = ask(new AbortController().signal, (name) => void deny(name));
    await expect(denied).rejects.toMatchObject({
      code: 'ILK_FORBIDDEN',
      message: expect.stringContaining('who is this') as string,
    });
    expect(await left()).toBe(0);
  });

  it('notices that the request was deleted', async () => {
    const remove = (name: string): void => void client.request({ method: 'DELETE', path: `${collection}/${name}` });
    await expect(ask(new AbortController().signal, remove)).rejects.toMatchObject({ code: 'ILK_NOT_FOUND' });
  });

  it('leaves no request behind when it is stopped', async () => {
    const stop = new AbortController();
    const asking = ask(stop.signal, () => stop.abort(new Error('stopped')));
    await expect(asking).rejects.toThrow('stopped');
    expect(await left()).toBe(0);
  });
});

describe('reviews', () => {
  it('know a token of the cluster and no other', async () => {
    const { token } = await requestToken({
      client,
      namespace: 'default',
      serviceAccount: 'default',
      audiences: [],
      expirationSeconds: 600,
    });
    expect((await reviewToken({ client, token }))?.username).toBe('system:serviceaccount:default:default');
    expect(await reviewToken({ client, token: 'made-up' })).toBeUndefined();
  });

  it('tell who may do what', async () => {
    const access = { verb: 'get', resource: 'nodes', subresource: 'log', name: 'virtual' };
    const nobody = { username: 'nobody', groups: [] };
    const admin = { username: 'admin', groups: ['system:masters'] };
    expect((await reviewAccess({ client, user: nobody, access })).allowed).toBe(false);
    expect((await reviewAccess({ client, user: admin, access })).allowed).toBe(true);
  });
});
