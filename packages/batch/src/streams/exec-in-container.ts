import type { ExecRequest, ExitStatus } from '@interlink/spec';
import { formatNulList } from '../directory/nul-list.ts';
import type { Engine } from '../engine/engine.ts';
import type { SessionContext } from './session-context.ts';
import { findContainer } from './find-target.ts';
import { createTaskId, runOnNode, type NodeOutcome } from './run-on-node.ts';
import { lostError, refusalError } from './session-errors.ts';
import { firstSize, followSizes, sizeWords } from './terminal-sizes.ts';

/** See `Plugin.exec`. */
export async function execInContainer(
  engine: Engine,
  request: ExecRequest,
  { streams, signal }: SessionContext,
): Promise<ExitStatus> {
  const { containerName, command, tty = false } = request;
  const target = findContainer(engine, request.podUid, containerName);
  const id = createTaskId();
  const words = [containerName, String(command.length)];
  const task = { ...target, id, preface: Buffer.from(formatNulList(command)) };
  if (!tty) return exitStatusOf(await runOnNode(engine, { ...task, mode: 'exec', words }, { streams, signal }));
  const sizes = streams.resize?.[Symbol.asyncIterator]();
  const first = await firstSize(sizes);
  const over = new AbortController();
  try {
    void followSizes(engine, { target, sizes: first.following, id, containerName }, over.signal);
    const onTerminal = { ...task, mode: 'tty', words: [...words, ...sizeWords(first.size)], holdsInput: true } as const;
    return exitStatusOf(await runOnNode(engine, onTerminal, { streams, signal }));
  } finally {
    over.abort();
    sizes?.return?.(undefined).catch(() => undefined);
  }
}

/** How an outcome is told to the caller. */
function exitStatusOf(outcome: NodeOutcome): ExitStatus {
  if (outcome.kind === 'ended') return { exitCode: outcome.exitCode };
  throw outcome.kind === 'lost' ? lostError() : refusalError(outcome);
}
