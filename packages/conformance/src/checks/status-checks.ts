import type { ContainerStatus, PodStatus } from '@interlink/spec';
import { notForForeign, type CheckContext, checksOf } from '../kit/check.ts';
import { ensure, ensureEqual, show } from '../kit/expect.ts';
import type { TestPod } from '../kit/pod-factory.ts';
import { allContainers, exitCodes, hasEnded, isGone, isRunning } from '../kit/pod-state.ts';

const names = (containers: readonly ContainerStatus[] | null | undefined): readonly string[] =>
  (containers ?? []).map(({ name }) => name);

/** The names of a pod's spec, which every status must have, in this order. */
function ensureEveryContainer(status: PodStatus, pod: TestPod, when: string): void {
  ensureEqual(
    names(status.containers),
    pod.spec.containers.map(({ name }) => name),
    `containers of the status ${when}`,
  );
  const init = (pod.spec.initContainers ?? []).map(({ name }) => name);
  ensureEqual(names(status.initContainers), init, `init containers of the status ${when}`);
}

function fourContainers({ pods }: CheckContext): TestPod {
  return pods.of(
    [
      { name: 'zeta', script: 'exit 0' },
      { name: 'alpha', script: 'exit 4' },
    ],
    [
      { name: 'second', script: 'exit 0' },
      { name: 'first', script: 'exit 0' },
    ],
  );
}

/** A foreign plugin may say nothing of an unknown pod, or list nothing of it; it must not say that it ended. */
function ensureNotEnded(statuses: readonly PodStatus[]): void {
  const ended = statuses.flatMap(allContainers).filter((container) => container.state?.terminated !== undefined);
  ensure(ended.length === 0, `an unknown pod has containers that have terminated: ${show(names(ended))}`);
}

/** Status says the state of every pod asked, of every container in it. */
export const statusChecks = checksOf('status', [
  {
    name: 'has every container of the spec in its order, init containers too',
    run: async (context) => {
      const pod = fourContainers(context);
      await context.create(pod);
      // The old contract leaves out what has not begun; the end has everything on either.
      if (!context.facts.isForeign) ensureEveryContainer(await context.statusOf(pod), pod, 'right after the create');
      const ended = await context.waitForEnd(pod);
      ensureEveryContainer(ended, pod, 'at the end');
      ensureEqual(exitCodes(ended), [0, 4], 'exit codes of the two containers');
    },
  },
  {
    name: 'names the pod',
    run: async ({ pods, create, waitForEnd }) => {
      const pod = pods.running('exit 0');
      await create(pod);
      const { name, namespace } = await waitForEnd(pod);
      ensureEqual(
        { name, namespace },
        { name: pod.metadata.name, namespace: pod.metadata.namespace },
        'name and namespace',
      );
    },
  },
  {
    name: 'says that a container runs, since when, and when it ended',
    run: async ({ pods, create, waitFor, waitForEnd }) => {
      const pod = pods.running('sleep 5');
      await create(pod);
      const running = await waitFor(pod, 'running', (status) => isRunning(status) || hasEnded(status));
      ensure(isRunning(running), 'the container was never reported as running, though it ran for 5 s');
      const startedAt = running.containers?.[0]?.state?.running?.startedAt;
      ensure(!Number.isNaN(Date.parse(startedAt ?? '')), `state.running.startedAt is no time: ${show(startedAt)}`);
      const terminated = (await waitForEnd(pod)).containers?.[0]?.state?.terminated;
      const lasted = Date.parse(terminated?.finishedAt ?? '') - Date.parse(terminated?.startedAt ?? '');
      ensure(lasted >= 4000, `a container that ran for 5 s has the times ${show(terminated)}`);
    },
  },
  {
    name: 'does not start a container before its init containers have ended',
    run: async ({ pods, create, waitForEnd }) => {
      const pod = pods.of([{ script: 'exit 0' }], [{ script: 'sleep 1' }, { script: 'exit 0' }]);
      await create(pod);
      const times = allContainers(await waitForEnd(pod)).map(({ state }) => state?.terminated);
      const [first, second, main] = times.map((time) => ({
        started: Date.parse(time?.startedAt ?? ''),
        finished: Date.parse(time?.finishedAt ?? ''),
      }));
      const inOrder = first && second && main && first.finished <= second.started && second.finished <= main.started;
      ensure(inOrder === true, `the containers did not run one after the other: ${show(times)}`);
    },
  },
  {
    name: 'never starts a container whose init container failed',
    run: async ({ pods, create, statusOf, waitFor }) => {
      const pod = pods.of([{ script: 'exit 0' }], [{ script: 'exit 7' }]);
      await create(pod);
      const failed = (status: PodStatus): boolean => status.initContainers?.[0]?.state?.terminated?.exitCode === 7;
      for (const status of [await waitFor(pod, 'failed in its init container', failed), await statusOf(pod)]) {
        const state = status.containers?.[0]?.state;
        ensure(state?.running === undefined, 'the container runs although its init container failed');
        ensure(
          state?.terminated?.exitCode !== 0,
          'the container counts as successful although its init container failed',
        );
      }
    },
  },
  {
    name: 'answers for every pod asked, in the order asked, the unknown ones among them',
    run: async ({ plugin, facts, pods, create, waitForEnd, signal }) => {
      const [one, unknown, two] = [pods.running('exit 21'), pods.running('exit 0'), pods.running('exit 22')];
      for (const pod of [one, two]) await create(pod);
      for (const pod of [one, two]) await waitForEnd(pod);
      for (const asked of [
        [two, unknown, one],
        [one, two, unknown],
      ]) {
        const statuses = await plugin.status(asked, { signal });
        const uids = statuses.map((status) => status.UID);
        const expected = asked.map((pod) => pod.metadata.uid).filter((uid) => !facts.isForeign || uids.includes(uid));
        ensureEqual(uids, expected, 'UIDs of the answer');
        const codes = new Map(statuses.map((status) => [status.UID, exitCodes(status)]));
        ensureEqual(
          [codes.get(one.metadata.uid), codes.get(two.metadata.uid)],
          [[21], [22]],
          'exit codes of the two pods',
        );
      }
    },
  },
  {
    name: 'says of an unknown pod that it is gone, its containers waiting and never terminated',
    run: async ({ plugin, facts, pods, signal }) => {
      const pod = pods.of([{ script: 'exit 0' }], [{ script: 'exit 0' }]);
      const statuses = await plugin.status([pod], { signal });
      ensureNotEnded(statuses);
      if (facts.isForeign) return;
      ensureEqual(statuses.length, 1, 'number of entries');
      const [status] = statuses;
      ensure(status !== undefined && isGone(status), `interlink.state is not "gone": ${show(status)}`);
      ensureEveryContainer(status, pod, 'of an unknown pod');
      ensure(
        allContainers(status).every(({ state }) => state?.waiting !== undefined),
        `containers are not waiting: ${show(status)}`,
      );
    },
  },
  {
    name: 'keeps the end of a pod',
    run: async ({ pods, create, statusOf, waitForEnd }) => {
      const pod = pods.running('exit 5');
      await create(pod);
      const ended = await waitForEnd(pod);
      for (let round = 0; round < 3; round += 1) {
        const { state } = (await statusOf(pod)).containers?.[0] ?? {};
        ensureEqual(
          state?.terminated,
          ended.containers?.[0]?.state?.terminated,
          'the end of the container, asked again',
        );
      }
    },
  },
  {
    name: 'answers many calls at the same time alike',
    appliesTo: notForForeign('the old contract does not say how calls at the same time behave'),
    run: async ({ plugin, pods, create, waitForEnd, signal }) => {
      const pod = pods.running('exit 0');
      await create(pod);
      const ended = await waitForEnd(pod);
      const answers = await Promise.all(Array.from({ length: 10 }, () => plugin.status([pod], { signal })));
      for (const [status] of answers)
        ensureEqual(status && exitCodes(status), exitCodes(ended), 'exit codes of one of ten answers');
    },
  },
]);
