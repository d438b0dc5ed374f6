import { isInterLinkError } from '@interlink/spec';
import { isConfigError } from '../config/config-error.ts';
import { tuneGarbageCollection } from './tune-garbage-collection.ts';

/** Exit codes of every interLink process. */
export const exitCodes = { ok: 0, failure: 1, badConfig: 2 } as const;

/** The parts of Node's `process` that {@link runProcess} touches. */
export interface ProcessEdge {
  readonly stderr: {
    /** Takes one line, with its end. */
    write(text: string): unknown;
  };
  exitCode?: number | string | null | undefined;
  /** Calls the listener at every such signal. */
  on(event: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  /** Ends the process at once. */
  exit(code: number): unknown;
  /** Forgets the listener. */
  off(event: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
}

/** What an entrypoint runs. */
export interface ProcessOptions {
  /** Name of the command, in front of an error. */
  readonly name: string;
  /** The work. The signal aborts on SIGINT and SIGTERM; a second one ends the process at once. A number is the exit code; nothing is 0. */
  readonly run: (context: { readonly signal: AbortSignal }) => Promise<number | undefined>;
  /** Default: this process. */
  readonly edge?: ProcessEdge;
}

/** What a shell says of a process that a signal ended. */
const signalExitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

function describe(error: unknown): string {
  if (isInterLinkError(error)) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function exitCodeOf(error: unknown): number {
  return isConfigError(error) ? exitCodes.badConfig : exitCodes.failure;
}

/**
 * The frame of every entrypoint: signals become an aborted `AbortSignal`, an error one line on standard error and an exit
 * code (2 for a {@link ConfigError}, else 1). Garbage is collected for little memory and steady streams. It sets the exit code and lets the process end by itself; only a second signal ends it at once.
 */
export async function runProcess(options: ProcessOptions): Promise<void> {
  tuneGarbageCollection();
  const edge = options.edge ?? process;
  const stop = new AbortController();
  const asked = (signal: keyof typeof signalExitCodes) => (): void => {
    if (stop.signal.aborted) edge.exit(signalExitCodes[signal]);
    else stop.abort(new DOMException('the process was asked to stop', 'AbortError'));
  };
  const [interrupt, terminate] = [asked('SIGINT'), asked('SIGTERM')];
  edge.on('SIGINT', interrupt);
  edge.on('SIGTERM', terminate);
  try {
    edge.exitCode = (await options.run({ signal: stop.signal })) ?? exitCodes.ok;
  } catch (error) {
    if (stop.signal.aborted && error === stop.signal.reason) {
      edge.exitCode = exitCodes.ok;
      return;
    }
    edge.stderr.write(`${options.name}: ${describe(error)}\n`);
    edge.exitCode = exitCodeOf(error);
  } finally {
    edge.off('SIGINT', interrupt);
    edge.off('SIGTERM', terminate);
  }
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
