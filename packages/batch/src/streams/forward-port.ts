import type { PortForwardRequest } from '@interlink/spec';
import type { Engine } from '../engine/engine.ts';
import type { SessionContext } from './session-context.ts';
import { findJob } from './find-target.ts';
import { createTaskId, runOnNode } from './run-on-node.ts';
import { lostError, refusalError } from './session-errors.ts';

/** See `Plugin.portForward`. The containers have the network of their machine: the port is one of its loopback address. */
export async function forwardPort(
  engine: Engine,
  { podUid, port }: PortForwardRequest,
  { streams, signal }: SessionContext,
): Promise<void> {
  const task = { ...findJob(engine, podUid), id: createTaskId(), mode: 'forward', words: [String(port)] } as const;
  const outcome = await runOnNode(engine, task, { streams, signal });
  if (outcome.kind === 'lost') throw lostError();
  if (outcome.kind === 'refused') throw refusalError(outcome);
}
