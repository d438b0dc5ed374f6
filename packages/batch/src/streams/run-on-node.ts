import { randomBytes } from 'node:crypto';
import type { StreamSession } from '@interlink/spec';
import type { HostProcess } from '../contract/host.ts';
import type { JobCommand } from '../contract/scheduler.ts';
import { streamProgram } from '../directory/runner-program.ts';
import type { Engine } from '../engine/engine.ts';
import type { JobPlace } from '../shipping/job-place.ts';
import { copyInput, copyOutput, writeChunk } from './copy-streams.ts';
import { createMarkReader, type MarkReader } from './mark-reader.ts';

/** What `stream.sh` is to do, on the machine of which job. */
export interface NodeTask extends JobPlace {
  readonly jobId: string;
  /** Its first word; see the head of the program. */
  readonly mode: 'exec' | 'tty' | 'attach' | 'forward';
  /** What follows the id on its command line. */
  readonly words: readonly string[];
  /** What comes on its standard input before the caller's. */
  readonly preface?: Uint8Array;
  /** True: without an input the standard input stays open instead of being empty. */
  readonly holdsInput?: boolean;
}

/** How a task ended. */
export type NodeOutcome =
  /** `words` is what was said. */
  | { readonly kind: 'refused'; readonly exitCode: number; readonly words: string }
  | { readonly kind: 'ended'; readonly exitCode: number }
  /** It was begun, and nobody said how it ended. */
  | { readonly kind: 'lost' };

/** A word that no output contains by accident, and no pod can know. */
export function createTaskId(): string {
  return randomBytes(16).toString('hex');
}

/** What runs `stream.sh` on the machine of a job. */
export function enterJob(
  { scheduler }: Pick<Engine, 'scheduler'>,
  { jobId, directory, runner }: Pick<NodeTask, 'jobId' | 'directory' | 'runner'>,
  words: readonly string[],
): Promise<JobCommand> {
  return scheduler.enter(jobId, ['bash', streamProgram(runner), directory, ...words]);
}

const killAfterMilliseconds = 5000;

/**
 * Runs a task with the caller's streams. Nothing of it is left when this settles, but what a command left behind in its container on purpose.
 *
 * @throws the reason of the signal; what one of the caller's streams threw.
 */
export async function runOnNode(
  engine: Pick<Engine, 'host' | 'scheduler'>,
  task: NodeTask & { readonly id: string },
  { streams, signal }: { readonly streams: StreamSession; readonly signal: AbortSignal },
): Promise<NodeOutcome> {
  signal.throwIfAborted();
  const { argv, ...environment } = await enterJob(engine, task, [task.mode, task.id, ...task.words]);
  const process = await engine.host.stream(argv, environment);
  const marks = createMarkReader(task.id);
  const source = streams.stdin?.[Symbol.asyncIterator]();
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
  // A source may be silent for ever: only its failure is waited for.
  const input = sendInput(process, source, task).then(() => new Promise<never>(() => undefined));
  try {
    const ended = takeOutput(process, streams, marks).then(() => process.ended);
    return outcomeOf(marks, await Promise.race([ended, input, aborted]));
  } catch (error) {
    await endProcess(process);
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
    process.stdin.destroy();
    source?.return?.(undefined).catch(() => undefined);
  }
}

async function sendInput(
  process: HostProcess,
  source: AsyncIterator<Uint8Array> | undefined,
  { preface, holdsInput }: NodeTask,
): Promise<void> {
  if (preface !== undefined) await writeChunk(process.stdin, preface);
  if (source !== undefined) await copyInput(source, process.stdin);
  else if (holdsInput !== true) process.stdin.end();
}

async function takeOutput(process: HostProcess, streams: StreamSession, marks: MarkReader): Promise<void> {
  const takeErrors = async (chunk: Uint8Array): Promise<void> => {
    const own = marks.take(chunk);
    if (own.length > 0) await streams.stderr(own);
  };
  await Promise.all([
    copyOutput(process.stdout, streams.stdout, process.ended),
    copyOutput(process.stderr, takeErrors, process.ended),
  ]);
  const rest = marks.rest();
  if (rest.length > 0) await streams.stderr(rest);
}

function outcomeOf({ begun, exitCode, preface }: MarkReader, code: number): NodeOutcome {
  if (!begun) return { kind: 'refused', exitCode: exitCode ?? code, words: preface.trim() };
  return exitCode === undefined ? { kind: 'lost' } : { kind: 'ended', exitCode };
}

/** SIGTERM makes the program end all that it started; a scheduler's own program passes it on, or kills as well. */
async function endProcess(process: HostProcess): Promise<void> {
  process.stdout.destroy();
  process.stderr.destroy();
  process.kill('SIGTERM');
  const timer = setTimeout(() => process.kill('SIGKILL'), killAfterMilliseconds);
  await process.ended;
  clearTimeout(timer);
}
