import { checksOf } from '../kit/check.ts';
import { ensureEqual } from '../kit/expect.ts';
import { exitCodes } from '../kit/pod-state.ts';
import { readLog } from '../kit/read-log.ts';

/** Characters that a shell, a scheduler's file or a careless join would change. */
const awkwardValue = `a b  'c' "d" $(id) \`id\` \\ ; & | > * ~ # % {} [] = , ü`;

/** A create queues a job that runs what the pod says. */
export const createChecks = checksOf('create', [
  {
    name: 'answers the UID of the pod and a job id, and runs the job',
    run: async ({ pods, create, waitForEnd }) => {
      const pod = pods.running('exit 0');
      await create(pod);
      ensureEqual(exitCodes(await waitForEnd(pod)), [0], 'exit code of a container that ends with 0');
    },
  },
  {
    name: 'reports the exit code of a container that fails',
    run: async ({ pods, create, waitForEnd }) => {
      const pod = pods.running('exit 3');
      await create(pod);
      ensureEqual(exitCodes(await waitForEnd(pod)), [3], 'exit code of a container that ends with 3');
    },
  },
  {
    name: 'gives the container its command and environment unchanged',
    run: async ({ plugin, pods, create, waitForEnd, signal }) => {
      const pod = pods.running(`printf '%s\\n' "$VALUE" '*' "\\$HOME"`, { VALUE: awkwardValue });
      await create(pod);
      await waitForEnd(pod);
      ensureEqual(await readLog(plugin, pod, { signal }), `${awkwardValue}\n*\n$HOME\n`, 'what the container printed');
    },
  },
  {
    name: 'keeps pods apart that are created at the same time',
    run: async ({ plugin, pods, create, waitForEnd, signal }) => {
      const made = [11, 12, 13].map((code) => ({ code, pod: pods.running(`echo pod-${code}; exit ${code}`) }));
      const ids = await Promise.all(made.map(({ pod }) => create(pod)));
      ensureEqual(new Set(ids).size, made.length, 'number of different job ids');
      for (const { code, pod } of made) {
        ensureEqual(exitCodes(await waitForEnd(pod)), [code], `exit code of the pod that ends with ${code}`);
        ensureEqual(await readLog(plugin, pod, { signal }), `pod-${code}\n`, `log of the pod that ends with ${code}`);
      }
    },
  },
]);
