import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKubeClient, type KubeClient } from '@interlink/kube';
import { silentLogger } from '@interlink/runtime';
import type { Pod } from '@interlink/spec';
import { startApp, startControlPlane, type AppProcess, type ControlPlane } from '@interlink/testbed';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTraceReceiver, type ReceivedSpan, type TraceReceiver } from './trace-receiver.ts';

const minutes = 60_000;
const planted = 'planted-secret-value';
const podsPath = '/api/v1/namespaces/default/pods';

let directory: string;
let controlPlane: ControlPlane;
let client: KubeClient;
let receiver: TraceReceiver;
const processes: AppProcess[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'il-tr-'));
  controlPlane = await startControlPlane({ directory: join(directory, 'control-plane') });
  client = await createKubeClient({ kubeconfigFile: controlPlane.kubeconfigFile, logger: silentLogger });
  receiver = await startTraceReceiver();
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
  const plugin = `unix://${directory}/plugin.sock`;
  const api = `unix://${directory}/api.sock`;
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(directory, name), text);
    return join(directory, name);
  };
  const start = async (app: string, file: string, said: string, more: Record<string, string> = {}): Promise<void> => {
    const process = await startApp(app, ['--config', file], { environment: { ...environment, ...more } });
    processes.unshift(process);
    await process.said(said);
  };
  const process = await write('process.yaml', `address: ${plugin}\nworkDirectory: ${directory}/pods\nruntime: none\n`);
  await start('interlink-process', process, 'listening');
  await start(
    'interlink-api',
    await write('api.yaml', `SidecarURL: ${plugin}\nInterlinkAddress: ${api}\n`),
    'api server started',
  );
  const kubelet = await write('vk.yaml', `InterlinkURL: ${api}\nDisableCSR: true\n`);
  await start('interlink-virtual-kubelet', kubelet, 'virtual kubelet started', {
    NODENAME: 'traced',
    KUBECONFIG: controlPlane.kubeconfigFile,
    KUBELET_URL: '127.0.0.1',
    KUBELET_PORT: '0',
    POD_IP: '127.0.0.1',
  });
}, 12 * minutes);

afterAll(async () => {
  for (const process of processes) await process[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
  await client[Symbol.asyncDispose]();
  await controlPlane[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
}, 2 * minutes);

const eventually = <T>(look: () => T | Promise<T>): Promise<T> => vi.waitFor(look, { timeout: minutes, interval: 200 });

/** Creates a pod that ends, and gives its UID. */
async function runPod(name: string): Promise<string> {
  const env = [{ name: 'PASSWORD', value: planted }];
  const container = { name: 'main', image: 'none', command: ['/bin/true'], env };
  const spec = { nodeName: 'traced', restartPolicy: 'Never', containers: [container] };
  const body = { metadata: { name }, spec };
  const pod = await eventually(() => client.request<Pod>({ method: 'POST', path: podsPath, body }));
  await eventually(async () => {
    const { status } = await client.request<Pod>({ method: 'GET', path: `${podsPath}/${name}` });
    expect(status?.phase).toBe('Succeeded');
  });
  return pod.metadata?.uid ?? '';
}

describe('a pod', () => {
  let uid: string;
  let trace: readonly ReceivedSpan[];
  const span = (name: string): ReceivedSpan | undefined => trace.find((one) => one.name === name);

  beforeAll(async () => {
    uid = await runPod('demo');
    await eventually(() => {
      const root = receiver.spans.find(
        ({ name, attributes }) => name === 'CreatePodVK' && attributes['pod.uid'] === uid,
      );
      expect(root).toBeDefined();
      trace = receiver.spans.filter(({ traceId }) => traceId === root?.traceId);
      expect(trace.map(({ name }) => name)).toContain('SubmitJob');
      expect(new Set(trace.map(({ service }) => service)).size).toBe(3);
    });
  }, 3 * minutes);

  it('is one trace from the virtual kubelet to the submission, over three processes', () => {
    const parentOf = ({ parentId }: ReceivedSpan): ReceivedSpan | undefined =>
      trace.find(({ spanId }) => spanId === parentId);
    const chain: [string, string][] = [];
    for (let at = span('SubmitJob'); at !== undefined; at = parentOf(at)) chain.unshift([at.service, at.name]);
    expect(chain).toEqual([
      ['interlink-virtual-kubelet', 'CreatePodVK'],
      ['interlink-virtual-kubelet', 'CreateHttpCall'],
      ['interlink-api', 'CreateAPI'],
      ['interlink-api', 'CreateHttpCall'],
      ['interlink-process', 'CreatePlugin'],
      ['interlink-process', 'SubmitJob'],
    ]);
    expect(span('CreatePodVK')?.parentId).toBe('');
  });

  it('is named by its spans', () => {
    for (const name of ['CreatePodVK', 'CreateAPI', 'CreatePlugin'])
      expect(span(name)?.attributes).toMatchObject({ 'pod.name': 'demo', 'pod.namespace': 'default', 'pod.uid': uid });
    expect(span('SubmitJob')?.attributes).toMatchObject({
      'pod.uid': uid,
      'job.id': expect.stringMatching(/./) as string,
    });
  });

  it('has the id of its trace in the log', () => {
    const line = processes[0]
      ?.output()
      .split('\n')
      .find((text) => text.includes('"msg":"pod created"'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({ trace_id: span('CreatePodVK')?.traceId, podUid: uid });
  });

  it('keeps its environment out of the spans', () => {
    expect(receiver.raw().includes('demo')).toBe(true);
    expect(receiver.raw().includes(planted)).toBe(false);
  });

  it('has its last spans sent when the processes end', async () => {
    const before = receiver.spans.length;
    await runPod('last');
    for (const process of processes) {
      process.kill('SIGTERM');
      expect((await process.ended).exitCode).toBe(0);
    }
    const added = receiver.spans.slice(before);
    expect(added.map(({ name }) => name)).toEqual(expect.arrayContaining(['CreatePodVK', 'CreateAPI', 'SubmitJob']));
  });
});
