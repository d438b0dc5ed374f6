import type { Writable } from 'node:stream';
import { once } from 'node:events';
import { BackendError, UnavailableError } from '@interlink/spec';
import type { HostProcess } from '../contract/host.ts';
import { changedDirectory, jobFiles, jobPath } from '../directory/job-paths.ts';
import type { JobRecord } from '../directory/job-record.ts';
import type { Engine } from '../engine/engine.ts';
import { besideRunner, placeOfJob } from './job-place.ts';
import { readFrames, type MirrorFrame } from './mirror-frames.ts';
import { isGrowing, isMirroredPath } from './mirrored-path.ts';

/** Its record gets containers while the job runs. */
type Held = { readonly record: JobRecord };

type MirrorEngine = Pick<Engine, 'host' | 'scheduler' | 'root' | 'runner'>;

/** One connection to a running job that was shipped. */
export interface JobMirror {
  /** Resolves with true once all that the job ever wrote is durable here; with false, or a rejection, when the connection ends before. */
  readonly ended: Promise<boolean>;
  /** Has the runner know a grace period before it is told to end; resolves once it is where the runner finds it. */
  tellGrace(seconds: number): Promise<void>;
  close(): void;
}

const killAfterMilliseconds = 3000;
const errorTailLength = 500;

/** Copies what a job writes on its machine into its directory here, from where it left off, and notes each change. */
export async function mirrorJob(engine: MirrorEngine, held: Held): Promise<JobMirror> {
  const { host, scheduler } = engine;
  const { record } = held;
  const { jobId = '' } = record;
  const place = placeOfJob(record, engine);
  const program = besideRunner(place.runner, 'mirror.sh');
  const { argv, ...environment } = await scheduler.enter(jobId, ['bash', program, place.directory]);
  const process = await host.stream(argv, environment);
  const errors = tailOf(process);
  const copy = createCopy(engine, held);
  let heard: () => void = () => undefined;
  const taken = new Promise<void>((resolve) => (heard = resolve));
  const follow = async (): Promise<boolean> => {
    try {
      await write(process.stdin, await copy.haves());
      for await (const frame of readFrames(process.stdout)) {
        if (frame.kind === 'taken') heard();
        else if (frame.kind !== 'end') await copy.apply(frame);
        else {
          await copy.settle();
          await write(process.stdin, 'stored\n');
          return true;
        }
      }
      const exitCode = await process.ended;
      throw new UnavailableError(`the mirror of job ${jobId} ended with exit code ${exitCode}: ${errors()}`);
    } finally {
      end(process);
    }
  };
  return {
    ended: follow(),
    async tellGrace(seconds) {
      await write(process.stdin, `grace ${Math.ceil(seconds)}\n`);
      await taken;
    },
    close: () => end(process),
  };
}

async function write(stream: Writable, text: string): Promise<void> {
  if (stream.destroyed || stream.writableEnded) return;
  if (!stream.write(text)) await once(stream, 'drain');
}

/** It ends with its input; what does not is killed. */
function end(process: HostProcess): void {
  process.stdin.end();
  const timer = setTimeout(() => process.kill('SIGKILL'), killAfterMilliseconds);
  timer.unref();
  void process.ended.then(() => clearTimeout(timer));
}

function tailOf({ stderr }: HostProcess): () => string {
  let text = '';
  stderr.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString('utf8')).slice(-errorTailLength);
  });
  return () => text.trim();
}

interface Copy {
  /** What the job is told of what is here. */
  haves(): Promise<string>;
  apply(frame: Exclude<MirrorFrame, { kind: 'taken' | 'end' }>): Promise<void>;
  /** Afterwards all of it survives a crash. */
  settle(): Promise<void>;
}

function createCopy({ host, root }: MirrorEngine, held: Held): Copy {
  const { uid } = held.record;
  const path = (name: string): string => jobPath(root, uid, name);
  const sizes = new Map<string, number>();
  const note = () => host.writeAt(`${root}/${changedDirectory}/${uid}`, Buffer.from('.'), { offset: 0 });
  return {
    async haves() {
      const logs = await growingFiles(host, path, held.record);
      const found = await host.sizes(logs.map(path));
      for (const name of logs) sizes.set(name, found.get(path(name)) ?? 0);
      return [...[...sizes].map(([name, size]) => `have ${name} ${size}`), 'go', ''].join('\n');
    },
    async apply(frame) {
      const { record } = held;
      if (!isMirroredPath(frame.path, record)) throw new BackendError('the job writes a file that is not its own');
      if (frame.kind === 'file') {
        // Whose job it is was known before; the runner's word is that of the user.
        const text =
          frame.path === jobFiles.jobId ? `${record.jobId ?? ''}\n` : Buffer.from(frame.content).toString('utf8');
        await host.writeDurably(path(frame.path), text);
        await note();
        return;
      }
      if (!isGrowing(frame.path) || frame.offset !== (sizes.get(frame.path) ?? 0)) {
        throw new BackendError('the job has lost the place in one of its logs');
      }
      await host.writeAt(path(frame.path), frame.content, { offset: frame.offset });
      sizes.set(frame.path, frame.offset + frame.content.length);
    },
    async settle() {
      for (const [name, size] of sizes) {
        if (size > 0) await host.writeAt(path(name), Buffer.alloc(0), { offset: size, durable: true });
      }
    },
  };
}

async function growingFiles(
  host: MirrorEngine['host'],
  path: (name: string) => string,
  { containers }: JobRecord,
): Promise<string[]> {
  const logs = await Promise.all(
    containers.map(async ({ name }) => {
      const directory = `${jobFiles.logs}/${name}`;
      return ((await host.list(path(directory))) ?? []).map((entry) => `${directory}/${entry.name}`);
    }),
  );
  return [jobFiles.output, ...logs.flat()];
}
