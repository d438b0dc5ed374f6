import type { Node } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { testConfig } from '../../test/virtual-node.ts';
import { applyPingAnswer, applyPingFailure } from './apply-ping.ts';
import { initialNodeState, type NodeState } from './node-state.ts';
import { buildNewNode, planNodeChanges } from './plan-node-changes.ts';
import { restoreNodeState } from './restore-node-state.ts';

const identity = { name: 'n', settings: testConfig('n').node, kubeletPort: 10_250, version: 'v1' };
const wish = (state: NodeState, now: string) => ({ identity, state, now, heartbeatSeconds: 300 });
const start = '2026-01-01T00:00:00Z';
const soon = '2026-01-01T00:01:00Z';
const late = '2026-01-01T00:05:00Z';
const answered = applyPingAnswer(initialNodeState(identity.settings), { status: 'ok' });
const conditionsOf = (status: Record<string, unknown> | undefined) =>
  status?.['conditions'] as NonNullable<Node['status']>['conditions'];

describe('what is written to the node', () => {
  it('is nothing while nothing changes, but a heartbeat after five minutes', () => {
    const node = buildNewNode(wish(answered, start));
    expect(planNodeChanges(node, wish(answered, soon))).toEqual({});
    const { status, ...rest } = planNodeChanges(node, wish(answered, late));
    expect(rest).toEqual({});
    expect(conditionsOf(status)?.[0]).toMatchObject({
      type: 'Ready',
      lastHeartbeatTime: late,
      lastTransitionTime: start,
    });
  });

  it('takes quantities for equal that the API server writes otherwise', () => {
    const node = buildNewNode(wish(answered, start));
    node.status!.capacity = node.status!.allocatable = { cpu: '100', memory: '3T', pods: '10k' };
    expect(planNodeChanges(node, wish(answered, soon))).toEqual({});
  });

  it('moves the transition time of what changed and of nothing else', () => {
    const node = buildNewNode(wish(answered, start));
    const failed = applyPingFailure(answered, 'down', 1);
    const conditions = conditionsOf(planNodeChanges(node, wish(failed, soon)).status) ?? [];
    const moved = conditions.filter(({ lastTransitionTime }) => lastTransitionTime === soon).map(({ type }) => type);
    expect(moved).toEqual(['Ready', 'NetworkUnavailable', 'InterlinkConnectivity']);
  });

  it('keeps conditions, taints and labels of others', () => {
    const node = buildNewNode(wish(answered, start));
    node.status!.conditions!.push({ type: 'KernelDeadlock', status: 'False' });
    node.spec!.taints!.push({ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' });
    const tainted = applyPingAnswer(answered, { taints: [{ key: 'a', effect: 'NoSchedule' }] });
    const { spec, status, metadata } = planNodeChanges(node, wish(tainted, soon));
    const keys = (spec?.['taints'] as { key: string }[]).map(({ key }) => key);
    expect(keys).toEqual(['node.kubernetes.io/unschedulable', 'virtual-node.interlink/no-schedule', 'a']);
    expect(metadata?.labels).toEqual({});
    expect(conditionsOf(status)?.at(-1)).toEqual({ type: 'KernelDeadlock', status: 'False' });
  });

  it('sets what an earlier process offered, and this one does not, to zero', () => {
    const before = { ...identity.settings, capacity: { ...identity.settings.capacity, 'nvidia.com/gpu': '4' } };
    const node = buildNewNode({
      ...wish(initialNodeState(before), start),
      identity: { ...identity, settings: before },
    });
    node.status!.capacity!['admin.org/thing'] = '1';
    const { status } = planNodeChanges(node, wish(answered, soon));
    expect(status?.['capacity']).toEqual({ cpu: '100', memory: '3000G', pods: '10000', 'nvidia.com/gpu': '0' });
  });

  it('bounds what a peer can put there', () => {
    const { metadata, status } = buildNewNode(wish(applyPingAnswer(answered, { status: 'x'.repeat(100_000) }), start));
    expect(metadata?.annotations?.['interlink.virtual-kubelet.io/ping-response']).toBe('{"status":"too long to show"}');
    expect(status?.conditions?.every(({ message = '' }) => message.length <= 1024)).toBe(true);
  });

  it('does not let a peer change the labels of every virtual node', () => {
    const state = applyPingAnswer(answered, {
      interlink: { version: 1, features: [], labels: { 'kubernetes.io/os': 'linux' } },
    });
    expect(buildNewNode(wish(state, start)).metadata?.labels?.['kubernetes.io/os']).toBe('virtual-kubelet');
  });
});

describe('a state restored from a node', () => {
  it('is the configured one where nobody left anything', () => {
    expect(restoreNodeState(identity, undefined)).toEqual(initialNodeState(identity.settings));
    expect(restoreNodeState(identity, { metadata: { labels: { a: 'b' } } })).toEqual(
      initialNodeState(identity.settings),
    );
  });

  it('leaves a node as it is until a ping says more', () => {
    const announced = applyPingAnswer(answered, {
      resources: { cpu: 9 },
      taints: [{ key: 'a', effect: 'NoSchedule' }],
    });
    const node = buildNewNode(wish(announced, start));
    expect(planNodeChanges(node, wish(restoreNodeState(identity, node), soon))).toEqual({});
  });
});
