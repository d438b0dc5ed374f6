import type { Clock, Logger } from '@interlink/runtime';
import type { ProbeTools } from '../actions/probe-tools.ts';
import type { ContainerRuntime } from '../contract/container-runtime.ts';
import type { Host } from '../contract/host.ts';
import type { BatchPolicy } from '../contract/policy.ts';
import type { Scheduler } from '../contract/scheduler.ts';
import type { ImageResolver } from '../images/image-resolver.ts';
import type { KeyedLock } from './keyed-lock.ts';
import type { PodTable } from './pod-table.ts';

/** What the parts of a batch plugin share. */
export interface Engine {
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly runtime: ContainerRuntime;
  readonly host: Host;
  /** Absent: registries are not asked. */
  readonly images: ImageResolver | undefined;
  /** Work directory, absolute. */
  readonly root: string;
  readonly policy: BatchPolicy;
  /** Path of the runner in the work directory. */
  readonly runner: string;
  readonly tools: ProbeTools;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Every pod with a record. */
  readonly pods: PodTable;
  /** One change at a time to each pod. */
  readonly lock: KeyedLock;
  /** Aborted when the plugin is disposed. */
  readonly signal: AbortSignal;
  /** Called at named steps of create, update and delete; tests stop the process there. */
  step(name: EngineStep): Promise<void>;
}

/** The steps of a create, in order. */
export const createSteps = ['create:begin', 'create:recorded', 'create:submitted', 'create:end'] as const;

/** The steps of a delete, in order. */
export const deleteSteps = [
  'delete:recorded',
  'delete:cancelled',
  'delete:ended',
  'delete:removed',
  'delete:purged',
] as const;

/** The steps of an update, in order. */
export const updateSteps = ['update:volumes', 'update:recorded', 'update:end'] as const;

/** The moments between which a crash must lose and double nothing. */
export type EngineStep = (typeof createSteps)[number] | (typeof deleteSteps)[number] | (typeof updateSteps)[number];

/** The clock's time as RFC 3339. */
export function timestamp(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}
