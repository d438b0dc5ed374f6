import type { TerminalSize } from '@interlink/spec';
import type { Engine } from '../engine/engine.ts';
import type { StreamTarget } from './find-target.ts';
import { enterJob } from './run-on-node.ts';

type Sizes = AsyncIterator<TerminalSize>;

const defaultSize: TerminalSize = { width: 80, height: 24 };
const firstSizeMilliseconds = 250;

/** A size as words of a command line. */
export function sizeWords({ width, height }: TerminalSize): string[] {
  return [String(width), String(height)];
}

/** The size to begin with, and those that follow. A client that knows the size of its terminal tells it at once. */
export async function firstSize(
  sizes: Sizes | undefined,
): Promise<{ readonly size: TerminalSize; readonly following: Sizes | undefined }> {
  if (sizes === undefined) return { size: defaultSize, following: undefined };
  const next = sizes.next();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), firstSizeMilliseconds);
  });
  const result = await Promise.race([next, late]).finally(() => clearTimeout(timer));
  if (result !== undefined) return { size: result.done === true ? defaultSize : result.value, following: sizes };
  return { size: defaultSize, following: remaining(next, sizes) };
}

async function* remaining(next: ReturnType<Sizes['next']>, sizes: Sizes): AsyncGenerator<TerminalSize> {
  for (let result = await next; result.done !== true; result = await sizes.next()) yield result.value;
}

/** In place of the id of a session: the terminal that the container itself has. */
export const ownTerminal = '-';

/** Which terminal gets which sizes. */
export interface SizesOf {
  readonly target: StreamTarget;
  readonly sizes: Sizes | undefined;
  readonly id: string;
  readonly containerName: string;
}

/** Gives a terminal its sizes as they come. Never rejects: a terminal of the wrong size is no reason to end a session. */
export async function followSizes(
  engine: Engine,
  { target, sizes, id, containerName }: SizesOf,
  signal: AbortSignal,
): Promise<void> {
  try {
    for (let result = await sizes?.next(); result?.done === false; result = await sizes?.next()) {
      if (signal.aborted) return;
      const words = ['resize', id, containerName, ...sizeWords(result.value)];
      const { argv, ...environment } = await enterJob(engine, target, words);
      await engine.host.run(argv, { ...environment, signal });
    }
  } catch (error) {
    if (!signal.aborted) engine.logger.debug({ podUid: target.held.record.uid, err: error }, 'terminal not resized');
  }
}
