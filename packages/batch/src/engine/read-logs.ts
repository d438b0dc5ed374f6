import { normalizeLogOptions, selectLog, type NormalLogOptions } from '@interlink/plugin-sdk';
import { NotFoundError, type LogStruct } from '@interlink/spec';
import { logPath, timelinePath } from '../directory/job-paths.ts';
import { isOver } from '../status/map-pod-status.ts';
import type { Engine } from './engine.ts';
import type { HeldPodState } from './pod-table.ts';

/** The log of one run of a container. An unknown pod, container or run rejects with `NotFoundError`. */
export async function readLogs(
  engine: Engine,
  request: LogStruct,
  signal: AbortSignal | undefined,
): Promise<AsyncIterable<Uint8Array>> {
  const options = normalizeLogOptions(request.Opts);
  const held = engine.pods.get(request.PodUID);
  if (!held) throw new NotFoundError(`there is no pod ${request.PodUID} here`, { field: 'PodUID' });
  const name = containerName(held, request.ContainerName);
  const run = chosenRun(held, name, options);
  const { uid } = held.record;
  const source = engine.host.openLog(logPath(engine.root, uid, name, run), timelinePath(engine.root, uid, name, run), {
    ended: () => Promise.resolve(hasEnded(engine, uid, name, run)),
  });
  const ends = signal ? AbortSignal.any([signal, engine.signal]) : engine.signal;
  return await Promise.resolve(selectLog(source, options, { signal: ends, clock: engine.clock }));
}

function containerName({ record }: HeldPodState, asked: string | undefined): string {
  const mains = record.containers.filter(({ kind }) => kind === 'main');
  const name = asked === undefined || asked === '' ? (mains.length === 1 ? mains[0]?.name : undefined) : asked;
  if (name !== undefined && record.containers.some((container) => container.name === name)) return name;
  throw new NotFoundError(`pod ${record.name} has no container ${asked ?? ''}`, { field: 'ContainerName' });
}

/** A container that waits for its restart has its last run as the current and as the previous one, as on a kubelet. */
function chosenRun(held: HeldPodState, name: string, { previous }: NormalLogOptions): number {
  const state = held.states.get(name);
  const current = state?.restartCount ?? 0;
  if (!previous) return current;
  const run = state?.state === 'waiting' ? current : current - 1;
  if (run >= 0) return run;
  throw new NotFoundError(`container ${name} of pod ${held.record.name} was not restarted`, { field: 'Opts.Previous' });
}

function hasEnded(engine: Engine, uid: string, name: string, run: number): boolean {
  const held = engine.pods.get(uid);
  if (!held || isOver(held)) return true;
  const state = held.states.get(name);
  return state !== undefined && (state.restartCount > run || state.state === 'terminated' || state.state === 'waiting');
}
