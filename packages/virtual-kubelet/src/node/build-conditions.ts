import type { NodeCondition } from '@interlink/spec';
import type { NodeState } from './node-state.ts';

/** A condition without its times. */
type Statement = Pick<NodeCondition, 'type' | 'status' | 'reason' | 'message'>;

const longestMessage = 1024;

/** The types of {@link buildConditions}; a Node may have others, which are others' business. */
export const ownConditionTypes: ReadonlySet<string> = new Set([
  'Ready',
  'OutOfDisk',
  'MemoryPressure',
  'DiskPressure',
  'PIDPressure',
  'NetworkUnavailable',
  'InterlinkConnectivity',
]);

/**
 * The conditions of the node: ours, and those of others as they were. `lastTransitionTime` moves only when a status does; until the state knows whether
 * the node is Ready, what the Node object says counts.
 */
export function buildConditions(
  state: NodeState,
  previous: readonly NodeCondition[],
  now: string,
): readonly NodeCondition[] {
  const wasReady = previous.find(({ type }) => type === 'Ready')?.status === 'True';
  const ready = state.ready ?? wasReady;
  const own = [readyStatement(ready, state), ...pressures(ready), ...connectivity(state)].map((statement) =>
    withTimes(statement, previous, now),
  );
  const renewed = new Set(own.map(({ type }) => type));
  return [...own, ...previous.filter(({ type }) => !renewed.has(type))];
}

function readyStatement(ready: boolean, state: NodeState): Statement {
  if (ready) return { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'the interLink API answers' };
  if (state.ping.kind === 'failed') {
    const message = clip(`the interLink API has not answered ${state.failures} times: ${state.ping.message}`);
    return { type: 'Ready', status: 'False', reason: 'InterLinkUnreachable', message };
  }
  return { type: 'Ready', status: 'False', reason: 'KubeletPending', message: 'kubelet is pending.' };
}

function pressures(ready: boolean): readonly Statement[] {
  return [
    {
      type: 'OutOfDisk',
      status: 'False',
      reason: 'KubeletHasSufficientDisk',
      message: 'the disks are those of the backend',
    },
    {
      type: 'MemoryPressure',
      status: 'False',
      reason: 'KubeletHasSufficientMemory',
      message: 'the memory is that of the backend',
    },
    {
      type: 'DiskPressure',
      status: 'False',
      reason: 'KubeletHasNoDiskPressure',
      message: 'the disks are those of the backend',
    },
    {
      type: 'PIDPressure',
      status: 'False',
      reason: 'KubeletHasSufficientPID',
      message: 'the processes are those of the backend',
    },
    {
      type: 'NetworkUnavailable',
      status: ready ? 'False' : 'True',
      reason: ready ? 'RouteCreated' : 'NoRouteCreated',
      message: ready ? 'the interLink API is reached' : 'the interLink API is not reached',
    },
  ];
}

function connectivity({ ping }: NodeState): readonly Statement[] {
  const type = 'InterlinkConnectivity';
  switch (ping.kind) {
    case 'none':
      return [];
    case 'answered':
      // The words of the Go virtual kubelet, which dashboards look for.
      return [
        {
          type,
          status: 'True',
          reason: 'InterlinkPingSuccessful',
          message: clip(`Ping successful with code 200. Response: ${ping.text}`),
        },
      ];
    case 'failed':
      return [{ type, status: 'False', reason: 'InterlinkPingFailed', message: clip(`Ping failed: ${ping.message}`) }];
  }
}

function withTimes(statement: Statement, previous: readonly NodeCondition[], now: string): NodeCondition {
  const before = previous.find(({ type }) => type === statement.type);
  const lastTransitionTime = before?.status === statement.status ? (before.lastTransitionTime ?? now) : now;
  return { ...statement, lastHeartbeatTime: now, lastTransitionTime };
}

function clip(message: string): string {
  return message.length > longestMessage ? `${message.slice(0, longestMessage - 1)}…` : message;
}
