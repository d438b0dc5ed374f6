import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:tls';
import { setTimeout as delay } from 'node:timers/promises';
import { startControlPlane, type ControlPlane } from '@interlink/testbed';
import { InvalidInputError, NotFoundError } from '@interlink/spec';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../test/eventually.ts';
import { textLog } from '../../test/fake-interlink.ts';
import {
  kubectlOf,
  startVirtualNode,
  temporaryDirectory,
  testConfig,
  type VirtualNode,
} from '../../test/virtual-node.ts';

let controlPlane: ControlPlane;
let node: VirtualNode;
const kubectl = (...args: string[]) => kubectlOf(controlPlane)(...args);

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'talker' },
  spec: {
    nodeName: 'logs',
    automountServiceAccountToken: false,
    containers: [
      { name: 'main', image: 'busybox' },
      { name: 'other', image: 'busybox' },
    ],
    tolerations: [{ operator: 'Exists' }],
  },
};

beforeAll(async () => {
  controlPlane = await startControlPlane();
  node = await startVirtualNode(controlPlane, { name: 'logs' });
  await node.client.request({ method: 'POST', path: '/api/v1/namespaces/default/pods', body: pod });
  await eventually(
    () => kubectl('get', 'pod', 'talker', '-o', 'jsonpath={.status.phase}'),
    (phase) => phase === 'Running',
  );
}, 900_000);
afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await controlPlane[Symbol.asyncDispose]();
});
beforeEach(() => {
  node.api.logRequests.length = 0;
  node.api.onLogs = () => textLog('hello\n');
});

interface Caller {
  readonly cert?: string;
  readonly key?: string;
  readonly token?: string;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Asks the kubelet API itself. */
function ask(path: string, caller: Caller = {}, options: { method?: string } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      {
        host: '127.0.0.1',
        port: node.port,
        path,
        method: options.method ?? 'GET',
        rejectUnauthorized: false,
        agent: false,
        ...(caller.cert === undefined ? {} : { cert: caller.cert, key: caller.key }),
        headers: caller.token === undefined ? {} : { authorization: `Bearer ${caller.token}` },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
        response.on('error', reject);
      },
    );
    request.on('error', reject).end();
  });
}

const apiServer = async (): Promise<Caller> => ({
  cert: await readFile(controlPlane.certificates.kubeletClient.certificateFile, 'utf8'),
  key: await readFile(controlPlane.certificates.kubeletClient.privateKeyFile, 'utf8'),
});
const tokenOf = async (account: string) => (await kubectl('create', 'token', account)).trim();

describe('kubectl logs', () => {
  it('shows what the backend gives', async () => {
    expect(await kubectl('logs', 'talker', '-c', 'main')).toBe('hello\n');
    expect(node.api.logRequests[0]).toMatchObject({
      Namespace: 'default',
      PodName: 'talker',
      ContainerName: 'main',
      PodUID: expect.stringMatching(/-/) as string,
    });
  });

  it('passes every option on', async () => {
    const time = '2026-01-02T03:04:05Z';
    await kubectl(
      'logs',
      'talker',
      '-c',
      'other',
      '--tail=5',
      '--limit-bytes=10',
      '--timestamps',
      `--since-time=${time}`,
      '--previous',
    );
    await kubectl('logs', 'talker', '-c', 'other', '--since=90s');
    expect(node.api.logRequests.map(({ Opts }) => Opts)).toEqual([
      { Tail: 5, TailLines: 5, Bytes: 10, SinceTime: time, Timestamps: true, Follow: false, Previous: true },
      { SinceSeconds: 90, Timestamps: false, Follow: false, Previous: false },
    ]);
  });

  it('shows no line for --tail=0, without asking', async () => {
    expect(await kubectl('logs', 'talker', '-c', 'main', '--tail=0')).toBe('');
    expect(node.api.logRequests).toEqual([]);
  });

  it('follows: lines come as they are written, and the backend is told when the reader leaves', async () => {
    let ended = false;
    node.api.onLogs = async function* (_request, signal) {
      try {
        for (let line = 0; ; line += 1) {
          yield Buffer.from(`line ${line}\n`);
          await delay(20, undefined, { signal });
        }
      } finally {
        ended = true;
      }
    };
    const reader = spawn(controlPlane.kubectl, [
      '--kubeconfig',
      controlPlane.kubeconfigFile,
      'logs',
      '-f',
      'talker',
      '-c',
      'main',
    ]);
    let seen = '';
    reader.stdout.setEncoding('utf8').on('data', (text: string) => (seen += text));
    await eventually(() => seen.includes('line 5\n'));
    expect(ended).toBe(false);
    reader.kill();
    await eventually(() => ended);
    expect(seen.startsWith('line 0\nline 1\n')).toBe(true);
  });

  it('carries a long log whole', async () => {
    const line = `${'x'.repeat(1023)}\n`;
    node.api.onLogs = async function* () {
      for (let count = 0; count < 20_000; count += 1) yield await Promise.resolve(Buffer.from(line));
    };
    expect(await kubectl('logs', 'talker', '-c', 'main')).toHaveLength(20_000 * 1024);
  });

  it.each([
    ['what the backend refuses', (): Error => new InvalidInputError('no such run'), 'no such run'],
    ['what is not there', (): Error => new NotFoundError('the log was removed'), 'the log was removed'],
  ])('says %s', async (_name, error, words) => {
    node.api.onLogs = () => {
      throw error();
    };
    await expect(kubectl('logs', 'talker', '-c', 'main')).rejects.toThrow(words);
  });
});

describe('kubectl logs of a container that has not started', () => {
  const waiting = 'container "main" in pod "waiter" is waiting to start: ContainerCreating';
  const logsOf = (...args: string[]) => kubectl('logs', 'waiter', '-c', 'main', ...args);

  beforeAll(async () => {
    node.api.notStarted.add('waiter');
    const body = { ...pod, metadata: { name: 'waiter' } };
    await node.client.request({ method: 'POST', path: '/api/v1/namespaces/default/pods', body });
    await eventually(() => kubectl('get', 'pod', 'waiter', '-o', 'jsonpath={.metadata.annotations.JobID}'));
  });
  afterAll(async () => {
    await kubectl('delete', 'pod', 'waiter');
  });

  it('says what a kubelet says, when the backend has an empty log', async () => {
    node.api.onLogs = () => textLog('');
    await expect(logsOf()).rejects.toThrow(waiting);
  });

  it('says what a kubelet says, when the backend has no log', async () => {
    node.api.onLogs = () => {
      throw new NotFoundError('there is no such file');
    };
    await expect(logsOf()).rejects.toThrow(waiting);
    const previous = 'previous terminated container "main" in pod "waiter" not found';
    await expect(logsOf('--previous')).rejects.toThrow(previous);
  });

  it('shows what the backend has all the same, for it knows first', async () => {
    expect(await logsOf()).toBe('hello\n');
  });
});

describe('kubelet api', () => {
  it('refuses who is nobody, and answers health to its own machine', async () => {
    expect(await ask('/containerLogs/default/talker/main')).toEqual({
      status: 401,
      text: 'a client certificate of the cluster or a bearer token is required\n',
    });
    expect((await ask('/pods')).status).toBe(401);
    expect((await ask('/pods', { token: 'made-up' })).status).toBe(401);
    expect(await ask('/healthz')).toEqual({ status: 200, text: 'ok' });
  });

  it.each(['//', '//:port', 'https://['])('lives on after a request for %s by nobody', async (target) => {
    expect(await ask(target)).toEqual({ status: 400, text: 'the request target is no path\n' });
    expect((await ask('/healthz')).status).toBe(200);
  });

  it('does not believe a certificate of another authority', async () => {
    const { createSelfSignedCertificate } = await import('../certificates/create-self-signed-certificate.ts');
    const identity = { nodeName: 'evil', ipAddresses: ['127.0.0.1'], dnsNames: [] };
    const { certificate, privateKey } = await createSelfSignedCertificate(identity, Date.now());
    expect((await ask('/pods', { cert: certificate, key: privateKey })).status).toBe(401);
  });

  it('lets the API server in by its certificate', async () => {
    const caller = await apiServer();
    expect(await ask('/containerLogs/default/talker/main', caller)).toEqual({ status: 200, text: 'hello\n' });
    const { items } = JSON.parse((await ask('/pods', caller)).text) as { items: { metadata: { name: string } }[] };
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['talker']);
  });

  it('lets a token do what the cluster lets it do, and no more', async () => {
    await kubectl('create', 'serviceaccount', 'watcher');
    await kubectl('create', 'clusterrole', 'node-pods', '--verb=get', '--resource=nodes/pods');
    const token = await tokenOf('watcher');
    const denied = await ask('/pods', { token });
    expect(denied).toEqual({
      status: 403,
      text: 'system:serviceaccount:default:watcher may not get nodes/pods of logs\n',
    });
    await kubectl(
      'create',
      'clusterrolebinding',
      'watcher',
      '--clusterrole=node-pods',
      '--serviceaccount=default:watcher',
    );
    // A refusal is remembered for ten seconds.
    await eventually(
      async () => (await ask('/pods', { token })).status,
      (status) => status === 200,
    );
    expect((await ask('/containerLogs/default/talker/main', { token })).status).toBe(403);
  });

  it.each([
    ['tailLines=-1', 'tailLines must be a whole number of at least 0'],
    ['tailLines=two', 'tailLines must be a whole number of at least 0'],
    ['limitBytes=0', 'limitBytes must be a whole number of at least 1'],
    ['sinceSeconds=0', 'sinceSeconds must be a whole number of at least 1'],
    ['sinceTime=yesterday', 'sinceTime must be an RFC 3339 time'],
    ['sinceTime=2026-01-01T00:00:00Z&sinceSeconds=5', 'at most one of sinceTime and sinceSeconds may be given'],
    ['follow=maybe', 'follow must be true or false'],
  ])('refuses ?%s', async (query, words) => {
    expect(await ask(`/containerLogs/default/talker/main?${query}`, await apiServer())).toEqual({
      status: 400,
      text: `${words}\n`,
    });
  });

  it.each([
    ['GET', '/containerLogs/default/none/main', 404, 'pod "none" does not exist'],
    ['GET', '/containerLogs/default/talker/none', 404, 'container "none" not found in pod "talker"'],
    ['POST', '/containerLogs/default/talker/main', 405, 'POST is not offered on this path, but GET'],
    ['POST', '/exec/default/talker/main?command=sh', 400, 'you must specify at least 1 of stdin, stdout, stderr'],
    ['POST', '/exec/default/nobody/main?command=sh&output=1', 404, 'pod "nobody" does not exist'],
    ['POST', '/exec/default/talker/0000/main?command=sh&output=1', 404, 'pod "talker" does not exist'],
    ['POST', '/exec/default/talker/third?command=sh&output=1', 404, 'container not found ("third")'],
    ['POST', '/exec/default/talker/main?command=sh&output=1', 501, 'the backend of this node does not offer exec'],
    ['DELETE', '/exec/default/talker/main?output=1', 405, 'DELETE is not offered on this path, but GET and POST'],
    ['POST', '/attach/default/talker/main?output=1', 501, 'the backend of this node does not offer attach'],
    ['POST', '/portForward/default/talker', 501, 'the backend of this node does not offer portForward'],
    ['POST', '/exec/default', 404, 'no such path'],
    ['POST', '/run/default/talker/main', 501, 'this node does not offer run'],
    ['POST', '/checkpoint/default/talker/main', 501, 'this node does not offer checkpoints: the backend has none'],
    ['GET', '/logs/', 501, 'this node has no log files: it is no machine'],
    ['GET', '/stats', 404, 'no such path'],
    ['POST', '/metrics/resource', 405, 'POST is not offered on this path, but GET'],
    ['GET', '/containerLogs/%ff/x/y', 404, 'no such path'],
  ])('answers %s %s with %i', async (method, path, status, words) => {
    expect(await ask(path, await apiServer(), { method })).toEqual({ status, text: `${words}\n` });
  });

  it('has no figures where the backend measures nothing, and says so without a failure', async () => {
    const { status, text } = await ask('/stats/summary', await apiServer());
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({
      node: { nodeName: 'logs', startTime: expect.stringMatching(/^\d{4}-/) as string },
      pods: [],
    });
    expect((await ask('/metrics/resource', await apiServer())).text).toMatch(/\nscrape_error 0\n$/);
    expect(await ask('/metrics/cadvisor', await apiServer())).toEqual({ status: 200, text: '' });
    expect((await ask('/metrics/probes', await apiServer())).text).toBe('# The backend runs the probes.\n');
  });

  it('tells of its configuration what is true', async () => {
    const { kubeletconfig } = JSON.parse((await ask('/configz', await apiServer())).text) as { kubeletconfig: object };
    expect(kubeletconfig).toMatchObject({
      port: node.port,
      maxPods: 10_000,
      authentication: { anonymous: { enabled: false }, webhook: { enabled: true } },
      authorization: { mode: 'Webhook' },
    });
  });

  it('lets nobody run a command who may only read, however the path is written', async () => {
    await kubectl('create', 'serviceaccount', 'reader');
    await kubectl('create', 'clusterrole', 'node-reader', '--verb=get', '--resource=nodes/proxy');
    const binding = ['reader', '--clusterrole=node-reader', '--serviceaccount=default:reader'];
    await kubectl('create', 'clusterrolebinding', ...binding);
    const token = await tokenOf('reader');
    expect((await ask('/pods', { token })).status).toBe(200);
    for (const path of ['/exec', '/%65xec', '/ex%65c'])
      expect((await ask(`${path}/default/talker/main?command=sh&output=1`, { token })).status).toBe(403);
  });

  it('serves its metrics', async () => {
    expect((await ask('/metrics', await apiServer())).text).toContain('interlink_node_ready 1');
  });

  it('speaks no TLS older than 1.2', async () => {
    const old = connect({
      host: '127.0.0.1',
      port: node.port,
      rejectUnauthorized: false,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'ALL@SECLEVEL=0',
    });
    const outcome = await new Promise((resolve) => {
      old.once('secureConnect', () => resolve('connected'));
      old.once('error', () => resolve('refused'));
    });
    old.destroy();
    expect(outcome).toBe('refused');
  });
});

describe('serving certificate by request', () => {
  const subject = (port: number): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
        resolve(
          `${String(socket.getPeerCertificate().subject.O)} by ${socket.getPeerCertificate().issuer.CN as string}`,
        );
        socket.destroy();
      });
      socket.once('error', reject);
    });

  it('serves self-signed at first, then what the cluster signed, and that at once after a restart', async () => {
    await using directory = await temporaryDirectory();
    const certificate = {
      kind: 'request',
      signerName: 'kubernetes.io/kubelet-serving',
      directory: directory.path,
    } as const;
    const options = { name: 'signed', config: { kubelet: { ...testConfig('signed').kubelet, certificate } } };
    const stop = new AbortController();
    let own = '';
    {
      await using first = await startVirtualNode(controlPlane, options);
      own = await subject(first.port);
      const approving = controlPlane.approveServingCertificates({ signal: stop.signal }).catch(() => undefined);
      await eventually(
        () => subject(first.port),
        (found) => found !== own,
      );
      stop.abort();
      await approving;
    }
    expect(own).toBe('interlink by system:node:signed');
    await using second = await startVirtualNode(controlPlane, options);
    expect(await subject(second.port)).toMatch(/^system:nodes by /);
    expect(await kubectl('get', 'csr', '-o', 'name')).toBe('');
  });
});
