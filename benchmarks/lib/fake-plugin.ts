/**
 * A plugin whose every pod runs at once, and ends after the seconds of its command `sleep SECONDS`. How often it was asked goes to the file
 * `<config>.counts`; when what happened to which pod goes to `<config>.times`, a line `create|running|ended NAME MILLISECONDS` each.
 */
import { createWriteStream, writeFileSync } from 'node:fs';
import { buildPluginApp, listen } from '@interlink/plugin-sdk';
import { createLogger, readYamlFile, runProcess, aborted } from '@interlink/runtime';
import type { Pod, PodStatus, PodStatusEvent, Plugin } from '@interlink/spec';

interface Config {
  readonly address: string;
}

const heartbeatMilliseconds = 10_000;

function runningStatus(pod: Pod, startedAt: string): PodStatus {
  const { name = '', namespace = '', uid = '' } = pod.metadata ?? {};
  const containers = (pod.spec?.containers ?? []).map((container) => ({
    name: container.name,
    image: container.image ?? '',
    imageID: '',
    ready: true,
    restartCount: 0,
    state: { running: { startedAt } },
  }));
  return { name, namespace, UID: uid, JID: uid, containers, interlink: { state: 'known' } };
}

type Note = (what: 'create' | 'running' | 'ended', name: string) => void;

function endedStatus(status: PodStatus): PodStatus {
  const finishedAt = new Date().toISOString();
  const containers = (status.containers ?? []).map((container) => ({
    ...container,
    ready: false,
    state: { terminated: { exitCode: 0, finishedAt } },
  }));
  return { ...status, containers };
}

function sleepSeconds({ spec }: Pod): number {
  return Number(spec?.containers[0]?.command?.[1]);
}

function createFakePlugin(counts: Record<string, number>, note: Note): Plugin {
  const held = new Map<string, PodStatus>();
  const fresh: PodStatus[] = [];
  let wake: (() => void) | undefined;
  function change(status: PodStatus, what: 'running' | 'ended'): void {
    held.set(status.UID, status);
    fresh.push(status);
    note(what, status.name ?? '');
    wake?.();
  }
  const count = (verb: string): void => void (counts[verb] = (counts[verb] ?? 0) + 1);
  async function* watch(): AsyncIterable<PodStatusEvent> {
    for (;;) {
      const status = fresh.shift();
      if (status !== undefined) {
        yield status;
        continue;
      }
      const slept = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(true), heartbeatMilliseconds);
        wake = () => {
          clearTimeout(timer);
          resolve(false);
        };
      });
      if (slept) yield { heartbeat: new Date().toISOString() };
    }
  }
  return {
    name: 'fake',
    ping: () => Promise.resolve({ status: 'ok', resources: { cpu: '100000', memory: '1000Ti', pods: '20000' } }),
    create({ pod }) {
      count('create');
      note('create', pod.metadata?.name ?? '');
      const status = runningStatus(pod, new Date().toISOString());
      change(status, 'running');
      const seconds = sleepSeconds(pod);
      if (Number.isFinite(seconds)) setTimeout(() => change(endedStatus(status), 'ended'), seconds * 1000);
      return Promise.resolve({ PodUID: status.UID, PodJID: status.UID });
    },
    status(pods) {
      count('status');
      counts.podsInStatus = (counts.podsInStatus ?? 0) + pods.length;
      return Promise.resolve(
        pods.map(
          (pod) => held.get(pod.metadata?.uid ?? '') ?? { UID: pod.metadata?.uid ?? '', interlink: { state: 'gone' } },
        ),
      );
    },
    delete(pod) {
      count('delete');
      held.delete(pod.metadata?.uid ?? '');
      return Promise.resolve();
    },
    logs: () => Promise.reject(new Error('no logs')),
    watch,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

await runProcess({
  name: 'fake-plugin',
  run: async ({ signal }) => {
    const configFile = process.argv[process.argv.indexOf('--config') + 1] ?? '';
    const { address } = (await readYamlFile(configFile)) as Config;
    const counts: Record<string, number> = {};
    const logger = createLogger({ name: 'fake-plugin', level: 'warn' });
    const times = createWriteStream(`${configFile}.times`, { flags: 'a' });
    const note: Note = (what, name) => void times.write(`${what} ${name} ${Date.now()}\n`);
    await using _listener = await listen(
      buildPluginApp(createFakePlugin(counts, note), { logger }),
      { address },
      logger,
    );
    const timer = setInterval(() => writeFileSync(`${configFile}.counts`, JSON.stringify(counts)), 500);
    await aborted(signal);
    clearInterval(timer);
    times.end();
    return undefined;
  },
});
