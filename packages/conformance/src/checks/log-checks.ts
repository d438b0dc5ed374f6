import { notForForeign, type CheckContext, checksOf } from '../kit/check.ts';
import { within } from '../kit/deadline.ts';
import { ensure, ensureEqual, ensureRejects, settle, show } from '../kit/expect.ts';
import type { TestPod } from '../kit/pod-factory.ts';
import { hasEnded } from '../kit/pod-state.ts';
import { collect, logRequest, readLog } from '../kit/read-log.ts';

const tenLines = Array.from({ length: 10 }, (_, index) => `line ${index}\n`);
const printTenLines = 'for i in 0 1 2 3 4 5 6 7 8 9; do echo "line $i"; done';

async function endedPod({ pods, create, waitForEnd }: CheckContext, script: string): Promise<TestPod> {
  const pod = pods.running(script);
  await create(pod);
  await waitForEnd(pod);
  return pod;
}

const exactTimes = notForForeign('the old contract does not say what timestamps and since mean');

/** A log is the container's output, byte for byte, and the options select from it as a kubelet does. */
export const logChecks = checksOf('logs', [
  {
    name: 'gives the bytes as they were written',
    run: async (context) => {
      const pod = await endedPod(context, `printf 'first\\n\\n  indented\\ttab\\nno newline at the end'`);
      const expected = 'first\n\n  indented\ttab\nno newline at the end';
      ensureEqual(await readLog(context.plugin, pod, context), expected, 'the log');
    },
  },
  {
    name: 'has standard output and standard error',
    run: async (context) => {
      const pod = await endedPod(context, 'echo out; echo err >&2');
      const lines = (await readLog(context.plugin, pod, context)).split('\n').toSorted();
      ensureEqual(lines, ['', 'err', 'out'], 'the lines of the log');
    },
  },
  {
    name: 'keeps the logs of a pod’s containers apart, init containers too',
    run: async (context) => {
      const pod = context.pods.of([{ script: 'echo main' }, { script: 'echo other' }], [{ script: 'echo init' }]);
      await context.create(pod);
      await context.waitForEnd(pod);
      for (const [container, expected] of [
        ['main', 'main\n'],
        ['main-1', 'other\n'],
        ['init', 'init\n'],
      ] as const) {
        ensureEqual(
          await readLog(context.plugin, pod, { container, signal: context.signal }),
          expected,
          `log of ${container}`,
        );
      }
    },
  },
  {
    name: 'gives the last lines with Tail',
    run: async (context) => {
      const pod = await endedPod(context, printTenLines);
      for (const Tail of [1, 3, 10, 99]) {
        const log = await readLog(context.plugin, pod, { options: { Tail }, signal: context.signal });
        ensureEqual(log, tenLines.slice(-Tail).join(''), `the log with Tail ${Tail}`);
      }
    },
  },
  {
    name: 'gives no line with TailLines 0',
    appliesTo: notForForeign('TailLines is an extension'),
    run: async (context) => {
      const pod = await endedPod(context, printTenLines);
      ensureEqual(
        await readLog(context.plugin, pod, { options: { TailLines: 0 }, signal: context.signal }),
        '',
        'the log',
      );
    },
  },
  {
    name: 'gives the first bytes of what is selected with Bytes',
    run: async (context) => {
      const pod = await endedPod(context, printTenLines);
      const log = await readLog(context.plugin, pod, { options: { Bytes: 9 }, signal: context.signal });
      ensureEqual(log, tenLines.join('').slice(0, 9), 'the log with Bytes 9');
    },
  },
  {
    name: 'combines Tail and Bytes',
    appliesTo: notForForeign('the old contract refuses Tail and Bytes together'),
    run: async (context) => {
      const pod = await endedPod(context, printTenLines);
      const log = await readLog(context.plugin, pod, { options: { Tail: 2, Bytes: 9 }, signal: context.signal });
      ensureEqual(log, 'line 8\nli', 'the first 9 bytes of the last 2 lines');
    },
  },
  {
    name: 'puts the time in front of each line with Timestamps',
    appliesTo: exactTimes,
    run: async (context) => {
      const pod = await endedPod(context, 'echo one; echo two');
      const log = await readLog(context.plugin, pod, { options: { Timestamps: true }, signal: context.signal });
      const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d) /;
      const lines = log.split('\n').slice(0, -1);
      ensure(
        lines.length === 2 && lines.every((line) => time.test(line)),
        `not every line begins with a time: ${show(log)}`,
      );
      ensureEqual(
        lines.map((line) => line.replace(time, '')),
        ['one', 'two'],
        'the lines without their times',
      );
    },
  },
  {
    name: 'gives what was written since a time',
    appliesTo: exactTimes,
    run: async (context) => {
      const before = new Date(Date.now() - 3_600_000).toISOString();
      const pod = await endedPod(context, 'echo one');
      const read = (options: object): Promise<string> =>
        readLog(context.plugin, pod, { options, signal: context.signal });
      ensureEqual(await read({ SinceTime: before }), 'one\n', 'the log since an hour ago');
      ensureEqual(await read({ SinceSeconds: 3600 }), 'one\n', 'the log of the last hour');
      const later = new Date(Date.now() + 3_600_000).toISOString();
      ensureEqual(await read({ SinceTime: later }), '', 'the log since a time that has not come');
    },
  },
  {
    name: 'follows a log as it is written, and ends when the container has ended and all was read',
    run: async (context) => {
      const pod = context.pods.running('echo first; sleep 3; echo last');
      await context.create(pod);
      await context.waitFor(pod, 'running', (status) => status.containers?.[0]?.state?.waiting === undefined);
      const chunks = await context.plugin.logs(logRequest(pod, { options: { Follow: true } }), {
        signal: context.signal,
      });
      let text = '';
      let firstCameInTime = false;
      for await (const chunk of chunks) {
        text += Buffer.from(chunk).toString('utf8');
        firstCameInTime ||= text.startsWith('first\n') && !text.includes('last');
      }
      ensureEqual(text, 'first\nlast\n', 'the followed log');
      ensure(firstCameInTime || context.facts.isForeign, 'the first line came only with the last one, 3 s later');
      ensure(hasEnded(await context.waitForEnd(pod)), 'the log ended before its container');
    },
  },
  {
    name: 'ends a followed log of a container that has ended before',
    run: async (context) => {
      const pod = await endedPod(context, 'echo over');
      const call = readLog(context.plugin, pod, { options: { Follow: true }, signal: context.signal });
      const log = await within(call, 20);
      ensure(log !== undefined, 'the log is still open after 20 s');
      ensureEqual(log.value, 'over\n', 'the log');
    },
  },
  {
    name: 'refuses the log of an unknown pod',
    run: async ({ plugin, facts, pods, signal }) => {
      const read = readLog(plugin, pods.running('exit 0'), { signal });
      if (!facts.isForeign) {
        await ensureRejects(read, ['ILK_NOT_FOUND'], 'the log of an unknown pod');
        return;
      }
      const outcome = await settle(read);
      ensure('error' in outcome || outcome.value === '', 'an unknown pod has a log');
    },
  },
  {
    name: 'refuses the log of an unknown container',
    appliesTo: notForForeign('the old contract does not say how an unknown container is answered'),
    run: async (context) => {
      const pod = await endedPod(context, 'echo text');
      const request = logRequest(pod, { container: 'nobody' });
      const read = context.plugin.logs(request, { signal: context.signal }).then(collect);
      await ensureRejects(read, ['ILK_NOT_FOUND'], 'the log of an unknown container');
    },
  },
]);
