import type { ContainerStatus, RetrievedPodData } from '@interlink/spec';
import { checksOf, needsFeature, type Check, type CheckContext } from '../kit/check.ts';
import { createWithFiles } from '../kit/create-with-files.ts';
import { ensure, ensureEqual, ensureRejects, settle } from '../kit/expect.ts';
import { podData, type TestPod } from '../kit/pod-factory.ts';
import { isRunning } from '../kit/pod-state.ts';
import { pathsOf, podWithFiles, type PodWithFiles } from '../kit/pod-with-files.ts';
import { readLog } from '../kit/read-log.ts';

const untilStopped = 'while :; do sleep 1; done';

/** Both files of the pod: the first from a Secret, the second from a ConfigMap. */
function filesWith(content: string): ReadonlyMap<string, Buffer> {
  return new Map(['of-secret', 'of-config'].map((name) => [name, Buffer.from(content)]));
}

const [secretFile = '', configFile = ''] = pathsOf(filesWith(''));

/** A pod that ends once both its files say so, and not before an update was repeated. */
function readsUntilNew({ pods }: Pick<CheckContext, 'pods'>): PodWithFiles {
  const wait = (path: string): string => `until [ "$(cat ${path})" = new ]; do sleep 0.2; done`;
  const script = `echo started; ${wait(secretFile)}; ${wait(configFile)}; echo seen; sleep 2`;
  return podWithFiles(pods, { script }, filesWith('old'));
}

async function update({ plugin, signal }: CheckContext, data: RetrievedPodData): Promise<void> {
  ensure(plugin.update !== undefined, 'the method is missing');
  await plugin.update(data, { signal });
}

/** The pod with a container more, as `kubectl debug` adds one. */
function withEphemeral(pod: TestPod, { settings }: CheckContext, script: string): RetrievedPodData {
  const container = { name: 'debugger', image: settings.image, command: [...settings.shell, script] };
  const data = podData({ ...pod, spec: { ...pod.spec, ephemeralContainers: [container] } });
  return { ...data, container: [...(data.container ?? []), { name: container.name }] };
}

const sentences: readonly Omit<Check, 'group' | 'appliesTo'>[] = [
  {
    name: 'brings new contents of a ConfigMap and a Secret to a running container',
    run: async (context) => {
      const made = readsUntilNew(context);
      const { pod } = made;
      await createWithFiles(context, made);
      await context.waitFor(pod, 'running', isRunning);
      const changed = podData(pod, podWithFiles(context.pods, { script: '' }, filesWith('new')).objects);
      await update(context, changed);
      await update(context, changed);
      await context.waitForEnd(pod);
      const log = await readLog(context.plugin, pod, { signal: context.signal });
      ensureEqual(log, 'started\nseen\n', 'log of a container that ran once and saw the new files');
    },
  },
  {
    name: 'leaves a volume alone whose object an update lacks',
    run: async (context) => {
      const script = `until [ "$(cat ${configFile})" = new ]; do sleep 0.2; done; cat ${secretFile}`;
      const made = podWithFiles(context.pods, { script }, filesWith('old'));
      const { pod } = made;
      await createWithFiles(context, made);
      await context.waitFor(pod, 'running', isRunning);
      const { configMaps = null } = podWithFiles(context.pods, { script: '' }, filesWith('new')).objects;
      await update(context, podData(pod, { configMaps }));
      await context.waitForEnd(pod);
      ensureEqual(await readLog(context.plugin, pod, { signal: context.signal }), 'old', 'the file that was not sent');
    },
  },
  {
    name: 'starts an ephemeral container once, or refuses it as unsupported',
    run: async (context) => {
      const pod = context.pods.running(untilStopped);
      await context.create(pod);
      await context.waitFor(pod, 'running', isRunning);
      const added = withEphemeral(pod, context, 'echo debugging; exit 4');
      const outcome = await settle(update(context, added));
      if ('error' in outcome) {
        await ensureRejects(update(context, added), ['ILK_UNSUPPORTED'], 'an ephemeral container');
        ensure(isRunning(await context.statusOf(pod)), 'the pod does not run any more');
        return;
      }
      const endOf = (list: readonly ContainerStatus[] | null | undefined) => list?.[0]?.state?.terminated;
      await context.waitFor(pod, 'told of its ephemeral container', (status) => {
        return endOf(status.ephemeralContainers)?.exitCode === 4;
      });
      await update(context, added);
      const log = await readLog(context.plugin, pod, { container: 'debugger', signal: context.signal });
      ensureEqual(log, 'debugging\n', 'log of the ephemeral container');
      ensure(isRunning(await context.statusOf(pod)), 'the pod ended with its ephemeral container');
    },
  },
  {
    name: 'rejects with ILK_NOT_FOUND for an unknown pod and with ILK_CONFLICT for one that has ended',
    run: async (context) => {
      const unknown = context.pods.running('exit 0');
      await ensureRejects(update(context, podData(unknown)), ['ILK_NOT_FOUND'], 'the update of an unknown pod');
      const pod = context.pods.running('exit 0');
      await context.create(pod);
      await context.waitForEnd(pod);
      await ensureRejects(update(context, podData(pod)), ['ILK_CONFLICT'], 'the update of a pod that has ended');
    },
  },
];

/** Updates bring what changed in a pod that is held. */
export const updateChecks = checksOf(
  'update',
  sentences.map((sentence) => ({ ...sentence, appliesTo: needsFeature('update') })),
);
