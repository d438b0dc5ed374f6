import { createManualClock } from '@interlink/runtime';
import {
  UnsupportedError,
  type Caller,
  type HeldPod,
  type InterLinkApi,
  type Plugin,
  type Pod,
  type PodStatusEvent,
} from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { createInterLinkApi } from '../create-interlink-api.ts';
import { fakePlugin, pod, running } from '../testing/fake-plugin.ts';
import { nodeScope, type NodeRule } from './node-scope.ts';
import { restrictToNodes, type NodePolicy } from './restrict-to-nodes.ts';

const callerA: Caller = { name: 'system:node:node-a', groups: [], by: 'certificate' };
const callerB: Caller = { name: 'system:node:node-b', groups: [], by: 'token' };
const stranger: Caller = { name: 'someone', groups: ['ops'], by: 'oidc' };
const a = { caller: callerA };
const b = { caller: callerB };

function podOn(node: string, uid: string): Pod {
  const plain = pod(uid, 'Running');
  return { ...plain, spec: { ...plain.spec!, nodeName: node } };
}

interface World {
  readonly api: InterLinkApi;
  readonly asked: string[];
  readonly clock: ReturnType<typeof createManualClock>;
  held: HeldPod[];
}

function world(verbs: Partial<Plugin> = {}, policy: Partial<NodePolicy> = {}): World {
  const asked: string[] = [];
  const clock = createManualClock(1_000_000);
  const held: HeldPod[] = [];
  const plugin = fakePlugin({
    create: ({ pod: { metadata } }) => {
      asked.push('create');
      return Promise.resolve({ PodUID: metadata?.uid ?? '', PodJID: `job-${metadata?.uid}` });
    },
    status: (pods) => Promise.resolve(pods.map(({ metadata }) => running(metadata?.uid ?? ''))),
    delete: (gone) => {
      asked.push(`delete ${gone.metadata?.uid}`);
      return Promise.resolve();
    },
    logs: () => Promise.resolve((async function* () {})()),
    list: () => {
      asked.push('list');
      return Promise.resolve(result.held);
    },
    ping: () => Promise.resolve({ status: 'ok' }),
    ...verbs,
  });
  const result: World = {
    api: restrictToNodes(createInterLinkApi(plugin), { rules: [], ...policy }, { clock }),
    asked,
    clock,
    held,
  };
  return result;
}

const logRequest = (PodUID: string) => ({ Namespace: 'default', PodUID, PodName: 'p', ContainerName: 'main' });
const uidA = '0b7c1c2e-7a0b-4c58-9d0b-00000000000a';
const uidB = '0b7c1c2e-7a0b-4c58-9d0b-00000000000b';
const forbidden = { code: 'ILK_FORBIDDEN' };

describe('a virtual node', () => {
  it('creates, asks for, reads and deletes its own pod', async () => {
    const { api, asked } = world();
    expect(await api.create({ pod: podOn('node-a', uidA) }, a)).toMatchObject({ PodJID: `job-${uidA}` });
    expect(await api.status([podOn('node-a', uidA)], a)).toEqual([running(uidA)]);
    expect(await api.status([], a)).toEqual([running(uidA)]);
    await api.logs(logRequest(uidA), a);
    await api.delete(podOn('node-a', uidA), a);
    expect(asked).toContain(`delete ${uidA}`);
  });

  it('creates no pod for another node, nor one that names none', async () => {
    const { api, asked } = world();
    const refused = {
      ...forbidden,
      message: expect.stringContaining('"node-b"') as string,
      field: 'pod.spec.nodeName',
    };
    await expect(api.create({ pod: podOn('node-b', uidA) }, a)).rejects.toMatchObject(refused);
    await expect(api.create({ pod: pod(uidA) }, a)).rejects.toMatchObject(forbidden);
    expect(asked).not.toContain('create');
  });

  it('does nothing with the pod of another, also when it says that the pod is its own', async () => {
    const { api, asked } = world();
    await api.create({ pod: podOn('node-b', uidB) }, b);
    await api.status([podOn('node-b', uidB)], b);
    const claimed = podOn('node-a', uidB);
    const named = { ...forbidden, message: expect.stringContaining(uidB) as string };
    await expect(api.create({ pod: claimed }, a)).rejects.toMatchObject(named);
    await expect(api.status([podOn('node-a', uidA), claimed], a)).rejects.toMatchObject(named);
    await expect(api.delete(claimed, a)).rejects.toMatchObject(named);
    await expect(api.logs(logRequest(uidB), a)).rejects.toMatchObject(named);
    await expect(api.updateCache(uidB, a)).rejects.toMatchObject(named);
    expect(await api.status([], a)).toEqual([]);
    expect(asked.filter((call) => call !== 'list')).toEqual(['create']);
    const told: unknown = await api.delete(claimed, a).catch((error: unknown) => error);
    expect(String(told)).not.toContain('node-b');
  });

  it('updates its own pods only, and not into those of another node', async () => {
    const updated: (string | undefined)[] = [];
    const { api } = world({
      update: ({ pod: { metadata } }) => Promise.resolve(void updated.push(metadata?.uid)),
    });
    await api.create({ pod: podOn('node-a', uidA) }, a);
    await api.create({ pod: podOn('node-b', uidB) }, b);
    await api.update?.({ pod: podOn('node-a', uidA) }, a);
    const moved = api.update?.({ pod: podOn('node-b', uidA) }, a);
    await expect(moved).rejects.toMatchObject({ ...forbidden, field: 'pod.spec.nodeName' });
    await expect(api.update?.({ pod: podOn('node-a', uidB) }, a)).rejects.toMatchObject(forbidden);
    await expect(api.update?.({ pod: podOn('node-a', uidA) }, { caller: stranger })).rejects.toMatchObject(forbidden);
    expect(updated).toEqual([uidA]);
  });

  it('execs into its own pods only', async () => {
    const ran: string[] = [];
    const { api } = world({
      exec: ({ podUid }) => {
        ran.push(podUid);
        return Promise.resolve({ exitCode: 0 });
      },
    });
    await api.create({ pod: podOn('node-a', uidA) }, a);
    await api.create({ pod: podOn('node-b', uidB) }, b);
    const streams = { stdout: () => Promise.resolve(), stderr: () => Promise.resolve() };
    const exec = (podUid: string) =>
      api.exec!({ namespace: 'default', podUid, podName: 'p', containerName: 'main', command: ['id'] }, streams, a);
    expect(await exec(uidA)).toEqual({ exitCode: 0 });
    await expect(exec(uidB)).rejects.toMatchObject(forbidden);
    expect(ran).toEqual([uidA]);
    expect(api.attach).toBeUndefined();
  });

  it('sees its own pods in lists, statistics and events only', async () => {
    const events: PodStatusEvent[] = [running(uidB), { heartbeat: 'now' }, running(uidA), running('nobodys')];
    const { api, held } = world({
      watch: async function* () {
        yield* await Promise.resolve(events);
      },
      stats: () => Promise.resolve({ node: { cpu: 1 }, pods: [uidA, uidB, 'x'].map((uid) => ({ podRef: { uid } })) }),
    });
    held.push({ uid: uidA, name: 'a', namespace: 'x', node: 'node-a' });
    held.push({ uid: uidB, name: 'b', namespace: 'x', node: 'node-b' });
    held.push({ uid: 'foreign', name: 'c', namespace: 'x' });
    expect(await api.list!(a)).toEqual([held[0]]);
    expect(await api.stats!(a)).toEqual({ node: { cpu: 1 }, pods: [{ podRef: { uid: uidA } }] });
    expect(await Array.fromAsync(api.watch!(a))).toEqual([{ heartbeat: 'now' }, running(uidA)]);
  });

  it('knows its pods after a restart by the list of the plugin, asked once for many', async () => {
    const { api, held, asked } = world();
    held.push({ uid: uidA, name: 'a', namespace: 'x', node: 'node-a' });
    held.push({ uid: uidB, name: 'b', namespace: 'x', node: 'node-b' });
    await api.delete(podOn('node-a', uidA), a);
    await expect(api.delete(podOn('node-a', uidB), a)).rejects.toMatchObject(forbidden);
    await expect(api.create({ pod: podOn('node-a', uidB) }, a)).rejects.toMatchObject(forbidden);
    for (const uid of ['u1', 'u2', 'u3']) await api.status([podOn('node-a', uid)], a);
    expect(asked.filter((call) => call === 'list')).toHaveLength(1);
  });

  it('may ask for a pod that there is not', async () => {
    const { api } = world();
    expect(await api.status([podOn('node-a', 'u1')], a)).toEqual([running('u1')]);
    await api.delete(podOn('node-a', 'u1'), a);
  });

  it('keeps nothing of a create that was refused', async () => {
    const { api } = world({ create: () => Promise.reject(new UnsupportedError('no')) });
    await expect(api.create({ pod: podOn('node-a', uidA) }, a)).rejects.toMatchObject({ code: 'ILK_UNSUPPORTED' });
    await expect(api.create({ pod: podOn('node-b', uidA) }, b)).rejects.toMatchObject({ code: 'ILK_UNSUPPORTED' });
  });
});

describe('behind a plugin that lists no pods', () => {
  const list = (): Promise<never> => Promise.reject(new UnsupportedError('no list'));

  it('a pod that nobody can place is left out of statuses, and nobody deletes it', async () => {
    const { api } = world({ list });
    expect(await api.status([podOn('node-a', uidA)], a)).toEqual([]);
    await expect(api.delete(podOn('node-a', uidA), a)).rejects.toMatchObject(forbidden);
    await api.create({ pod: podOn('node-a', uidB) }, a);
    expect(await api.status([podOn('node-a', uidB)], a)).toEqual([running(uidB)]);
  });

  it('such a pod may be adopted by its node, once', async () => {
    const { api } = world({ list }, { adoptUnknownPods: true });
    await expect(api.delete(podOn('node-b', uidA), a)).rejects.toMatchObject(forbidden);
    expect(await api.status([podOn('node-a', uidA)], a)).toEqual([running(uidA)]);
    await expect(api.status([podOn('node-b', uidA)], b)).rejects.toMatchObject(forbidden);
  });
});

describe('a caller', () => {
  it('without a node may do nothing, not even ping; the server itself may ping', async () => {
    const { api } = world();
    const refused = { ...forbidden, message: expect.stringContaining('someone') as string };
    await expect(api.ping({ caller: stranger })).rejects.toMatchObject(refused);
    await expect(api.status([], { caller: stranger })).rejects.toMatchObject(refused);
    await expect(api.status([])).rejects.toMatchObject(forbidden);
    expect(await api.ping()).toMatchObject({ status: 'ok' });
  });

  const cases: [string, Caller, NodeRule[], string, string | undefined, boolean][] = [
    ['by its own name', callerA, [], 'node-a', undefined, true],
    ['an issuer cannot make up', { ...callerA, by: 'oidc' }, [], 'node-a', undefined, false],
    ['by a claim', { ...stranger, nodes: ['n1'] }, [], 'n1', undefined, true],
    ['no pattern in a claim', { ...stranger, nodes: ['*'] }, [], 'n1', undefined, false],
    ['by a rule with a name', stranger, [{ name: 'someone', nodes: ['n1'] }], 'n1', 'c', true],
    ['by a rule with a group', stranger, [{ group: 'ops', nodes: ['n*-x'] }], 'n1-x', undefined, true],
    ['not by half a pattern', stranger, [{ group: 'ops', nodes: ['n*-x'] }], 'n1-xy', undefined, false],
    ['not by overlapping ends', stranger, [{ group: 'ops', nodes: ['ab*ba'] }], 'aba', undefined, false],
    ['by a pattern of several parts', stranger, [{ group: 'ops', nodes: ['a*b*c'] }], 'axbyc', undefined, true],
    ['not in another cluster', stranger, [{ group: 'ops', nodes: ['*'], clusters: ['c1'] }], 'n', 'c2', false],
    ['not without a cluster', stranger, [{ group: 'ops', nodes: ['*'], clusters: ['c1'] }], 'n', undefined, false],
    ['in its cluster', stranger, [{ group: 'ops', nodes: ['*'], clusters: ['c1'] }], 'n', 'c1', true],
  ];
  it.each(cases)('acts for a node: %s', (...[, caller, rules, node, cluster, expected]) => {
    const owner = { node, ...(cluster === undefined ? {} : { cluster }) };
    expect(nodeScope(caller, rules).covers(owner)).toBe(expected);
  });
});
