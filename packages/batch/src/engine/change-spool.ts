import { changedDirectory } from '../directory/job-paths.ts';
import type { Engine } from './engine.ts';
import { isUnexplained } from '../status/map-pod-status.ts';
import { readJobFiles } from './job-evidence.ts';
import type { JobPoller } from './job-poller.ts';

const pollMilliseconds = 2000;
// One change makes several events, and removing a note makes another.
const gatherMilliseconds = 10;

/** Reads the states of the pods whose runners noted a change. */
export interface ChangeSpool extends Disposable {
  /** Reads all that was noted before the call. */
  drain(): Promise<void>;
}

interface SpoolParts {
  readonly directory: string;
  readonly poller: Pick<JobPoller, 'soon'>;
  /** Pods whose files could not be read although their runners noted a change. */
  readonly unread: Set<string>;
}

/** A spool that is read at every event of its directory and, where no events come, every two seconds while jobs are active. */
export function createChangeSpool(engine: Engine, poller: Pick<JobPoller, 'soon'>): ChangeSpool {
  const directory = `${engine.root}/${changedDirectory}`;
  let running: Promise<void> | undefined;
  let isDirty = false;
  const unread = new Set<string>();

  const drainAll = async (): Promise<void> => {
    try {
      while (isDirty && !engine.signal.aborted) {
        isDirty = false;
        await drainOnce(engine, { directory, poller, unread });
      }
    } finally {
      // At once: who asks after the last look must not be given its answer.
      running = undefined;
    }
  };
  const drain = (): Promise<void> => {
    isDirty = true;
    running ??= drainAll();
    return running;
  };
  const drainOrWarn = (): void => {
    drain().catch((error: unknown) => engine.logger.warn({ err: error }, 'changed states could not be read'));
  };
  let gathering: NodeJS.Timeout | undefined;
  const drainSoon = (): void => {
    gathering ??= setTimeout(() => {
      gathering = undefined;
      drainOrWarn();
    }, gatherMilliseconds);
  };
  const watcher = engine.host.watch(directory, drainSoon);
  const timer = setInterval(() => {
    if (engine.pods.hasActive()) drainOrWarn();
  }, pollMilliseconds);
  timer.unref();
  return {
    drain,
    [Symbol.dispose]() {
      watcher[Symbol.dispose]();
      clearTimeout(gathering);
      clearInterval(timer);
    },
  };
}

async function drainOnce(engine: Engine, { directory, poller, unread }: SpoolParts): Promise<void> {
  const entries = (await engine.host.list(directory)) ?? [];
  const names = new Set([...unread, ...entries.map(({ name }) => name)]);
  unread.clear();
  if (names.size === 0) return;
  // Removed before the states are read: what changes after that is noted anew.
  await engine.host.remove(entries.map(({ name }) => `${directory}/${name}`));
  await Promise.all(
    [...names].map(async (name) => {
      const held = engine.pods.get(name);
      if (!held) return;
      try {
        await readJobFiles(engine, held);
      } catch (error) {
        // Its note is gone by now.
        unread.add(name);
        throw error;
      }
      if (isUnexplained(held)) poller.soon();
      engine.pods.touched(held);
    }),
  );
}
