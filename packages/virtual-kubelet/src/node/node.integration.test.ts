import { createLogger } from '@interlink/runtime';
import type { Node, NodeCondition } from '@interlink/spec';
import { startControlPlane, type ControlPlane } from '@interlink/testbed';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../test/eventually.ts';
import { createFakeInterLink } from '../../test/fake-interlink.ts';
import {
  kubectlOf,
  startVirtualNode,
  testConfig,
  type VirtualNode,
  type VirtualNodeOptions,
} from '../../test/virtual-node.ts';

let controlPlane: ControlPlane;
let running: VirtualNode[] = [];

beforeAll(async () => {
  controlPlane = await startControlPlane();
}, 900_000);
afterAll(() => controlPlane[Symbol.asyncDispose]());
afterEach(async () => {
  for (const node of running) await node[Symbol.asyncDispose]();
  running = [];
});

async function start(options: VirtualNodeOptions): Promise<VirtualNode> {
  const node = await startVirtualNode(controlPlane, options);
  running.push(node);
  return node;
}

const kubectl = (...args: string[]) => kubectlOf(controlPlane)(...args);
const read = async (name: string) => JSON.parse(await kubectl('get', 'node', name, '-o', 'json')) as Node;
const condition = (node: Node, type: string): NodeCondition | undefined =>
  node.status?.conditions?.find((entry) => entry.type === type);
const taints = (node: Node) =>
  (node.spec?.taints ?? []).map(({ key, value = '', effect }) => `${key}=${value}:${effect}`).toSorted();
const hasNotReadyTaint = (node: Node) =>
  (node.spec?.taints ?? []).some(({ key }) => key === 'node.kubernetes.io/not-ready');
const systemTaint = 'virtual-node.interlink/no-schedule=true:NoSchedule';

describe('node', () => {
  it('registers with labels, taints, capacity, addresses and provider id', async () => {
    const { port } = await start({
      name: 'full',
      config: {
        node: {
          ...testConfig('full').node,
          podCidr: '10.99.0.0/24',
          labels: { site: 'north' },
          taints: [{ key: 'a', value: 'b', effect: 'NoExecute' }],
          capacity: { cpu: '4', memory: '8Gi', pods: '20', 'nvidia.com/gpu': '2' },
        },
      },
    });
    const node = await eventually(
      () => read('full'),
      // The node controller takes its own taint away a moment after it sees the node ready.
      (found) => condition(found, 'Ready')?.status === 'True' && !hasNotReadyTaint(found),
    );
    expect(node.metadata?.labels).toMatchObject({
      site: 'north',
      'kubernetes.io/hostname': 'full',
      'kubernetes.io/os': 'virtual-kubelet',
      'kubernetes.io/role': 'agent',
      'virtual-node.interlink/type': 'virtual-kubelet',
    });
    expect(taints(node)).toEqual(['a=b:NoExecute', systemTaint]);
    expect(node.spec).toMatchObject({ providerID: 'external:///full', podCIDR: '10.99.0.0/24' });
    expect(node.status).toMatchObject({
      capacity: { cpu: '4', memory: '8Gi', pods: '20', 'nvidia.com/gpu': '2' },
      allocatable: { cpu: '4', memory: '8Gi', pods: '20', 'nvidia.com/gpu': '2' },
      addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
      daemonEndpoints: { kubeletEndpoint: { Port: port } },
    });
    expect(condition(node, 'InterlinkConnectivity')).toMatchObject({
      status: 'True',
      reason: 'InterlinkPingSuccessful',
    });
    expect(node.metadata?.annotations?.['interlink.virtual-kubelet.io/ping-response']).toBe('{"status":"ok"}');
  });

  it('follows the ping: capacity, taints and labels, and takes away what is no longer said', async () => {
    const { api } = await start({ name: 'pinged' });
    await kubectl('taint', 'node', 'pinged', 'admin=here:NoSchedule');
    await kubectl('label', 'node', 'pinged', 'admin=here');
    api.pingAnswer = {
      resources: { cpu: '7', accelerators: [{ resourceType: 'amd.com/gpu', available: '3' }] },
      taints: [{ key: 'hpc/maintenance', value: 'true', effect: 'NoSchedule' }],
      interlink: { version: 1, features: [], labels: { 'interlink.eu/runtime': 'apptainer' } },
    };
    const full = await eventually(
      () => read('pinged'),
      (node) => node.status?.capacity?.['amd.com/gpu'] === '3' && !hasNotReadyTaint(node),
    );
    expect(full.status?.allocatable).toMatchObject({ cpu: '7', memory: '3T', pods: '10k' });
    expect(taints(full)).toEqual(['admin=here:NoSchedule', 'hpc/maintenance=true:NoSchedule', systemTaint]);
    expect(full.metadata?.labels).toMatchObject({ admin: 'here', 'interlink.eu/runtime': 'apptainer' });
    api.pingAnswer = { resources: { cpu: 'lots', accelerators: [] }, taints: [] };
    const after = await eventually(
      () => read('pinged'),
      (node) => node.status?.capacity?.['amd.com/gpu'] === '0' && !hasNotReadyTaint(node),
    );
    expect(after.status?.capacity?.['cpu']).toBe('7');
    expect(taints(after)).toEqual(['admin=here:NoSchedule', systemTaint]);
    expect(after.metadata?.labels).toMatchObject({ admin: 'here' });
    expect(after.metadata?.labels).not.toHaveProperty('interlink.eu/runtime');
  });

  it('stays Ready over two failed pings, not over three, and comes back with the next answer', async () => {
    const { api } = await start({ name: 'shaky' });
    const before = await eventually(
      () => read('shaky'),
      (node) => condition(node, 'Ready')?.status === 'True',
    );
    const seen: string[] = [];
    api.pingAnswer = undefined;
    const down = await eventually(
      async () => {
        const node = await read('shaky');
        const message = condition(node, 'InterlinkConnectivity')?.status ?? '';
        seen.push(`${message} ${condition(node, 'Ready')?.status ?? ''}`);
        return node;
      },
      (node) => condition(node, 'Ready')?.status === 'False',
    );
    expect(seen).toContain('False True');
    expect(condition(down, 'Ready')).toMatchObject({
      reason: 'InterLinkUnreachable',
      message: expect.stringContaining('the backend is down') as string,
    });
    expect(condition(down, 'NetworkUnavailable')?.status).toBe('True');
    expect(condition(down, 'MemoryPressure')?.lastTransitionTime).toBe(
      condition(before, 'MemoryPressure')?.lastTransitionTime,
    );
    api.pingAnswer = { status: 'back' };
    await eventually(
      () => read('shaky'),
      (node) => condition(node, 'Ready')?.status === 'True',
    );
  });

  it('writes nothing while nothing changes', async () => {
    const { api, writes } = await start({ name: 'quiet' });
    await eventually(
      () => read('quiet'),
      (node) => taints(node).length === 1 && condition(node, 'Ready')?.status === 'True',
    );
    const before = { pings: api.pings, writes: writes.length };
    await eventually(() => api.pings >= before.pings + 4);
    expect(writes.slice(before.writes).filter((path) => path.startsWith('/api/v1/nodes'))).toEqual([]);
  });

  it('is made again after somebody deleted it, with a lease that belongs to the new one', async () => {
    await start({ name: 'deleted' });
    const uid = (await read('deleted')).metadata?.uid;
    await kubectl('delete', 'node', 'deleted', '--wait=false');
    const again = await eventually(
      () => read('deleted').catch(() => undefined),
      (node) => node !== undefined && node.metadata?.uid !== uid,
    );
    interface Lease {
      metadata: { ownerReferences: { uid: string }[] };
      spec: { renewTime: string };
    }
    const lease = async () =>
      JSON.parse(await kubectl('get', 'lease', '-n', 'kube-node-lease', 'deleted', '-o', 'json')) as Lease;
    await eventually(
      () => lease().catch(() => undefined),
      (found) => found?.metadata.ownerReferences[0]?.uid === again?.metadata?.uid,
    );
  });

  it('keeps what was announced when it restarts while the peer is away', async () => {
    const api = createFakeInterLink();
    api.pingAnswer = {
      resources: { cpu: '9', accelerators: [{ resourceType: 'amd.com/gpu', available: 1 }] },
      taints: [{ key: 'busy', effect: 'NoSchedule' }],
      interlink: { version: 1, features: [], labels: { 'interlink.eu/runtime': 'none' } },
    };
    const first = await startVirtualNode(controlPlane, { name: 'back', api });
    await eventually(
      () => read('back'),
      (node) => taints(node).length === 2 && condition(node, 'Ready')?.status === 'True',
    );
    await first[Symbol.asyncDispose]();
    expect(condition(await read('back'), 'Ready')?.status).toBe('True');
    api.pingAnswer = undefined;
    await start({ name: 'back', api });
    const node = await eventually(
      () => read('back'),
      (found) => condition(found, 'Ready')?.status === 'False',
    );
    expect(node.status?.capacity).toMatchObject({ cpu: '9', 'amd.com/gpu': '1' });
    expect(taints(node)).toContain('busy=:NoSchedule');
    expect(node.metadata?.labels).toHaveProperty('interlink.eu/runtime', 'none');
  });

  it('lives with a role made for the Go virtual kubelet, and says what it lacks', async () => {
    const role = [
      ['nodes', 'create,get,delete'],
      ['nodes/status', 'update,patch'],
      ['pods,services,configmaps,secrets,serviceaccounts,namespaces', 'get,list,watch'],
      ['leases.coordination.k8s.io', 'get,create,update,list,watch'],
      ['events', 'create,patch'],
    ] as const;
    await kubectl('create', 'serviceaccount', 'modest');
    for (const [index, [resource, verb]] of role.entries()) {
      await kubectl('create', 'clusterrole', `modest-${index}`, `--resource=${resource}`, `--verb=${verb}`);
      await kubectl(
        'create',
        'clusterrolebinding',
        `modest-${index}`,
        `--clusterrole=modest-${index}`,
        '--serviceaccount=default:modest',
      );
    }
    const token = (await kubectl('create', 'token', 'modest')).trim();
    const lines: string[] = [];
    const logger = createLogger({ name: 'test', destination: { write: (line) => void lines.push(line) } });
    const { api } = await start({ name: 'modest', token, logger });
    await eventually(
      () => read('modest'),
      (node) =>
        condition(node, 'Ready')?.status === 'True' && taints(node).includes(systemTaint) && !hasNotReadyTaint(node),
    );
    api.pingAnswer = { resources: { cpu: 3 }, taints: [{ key: 'late', effect: 'NoSchedule' }] };
    const node = await eventually(
      () => read('modest'),
      (found) => found.status?.capacity?.['cpu'] === '3',
    );
    expect(taints(node)).toEqual([systemTaint]);
    await eventually(() => lines.some((line) => line.includes('the role needs the verb patch on nodes')));
    await kubectl('get', 'lease', '-n', 'kube-node-lease', 'modest');
  });
});
