import type { PodStatus } from '@interlink/spec';
import type { JobRecord } from '../directory/job-record.ts';
import type { JobState } from '../contract/scheduler.ts';
import type { ContainerHealth, ContainerRecord, JobOutcome, StopNote } from '../directory/container-record.ts';
import { isOver, mapPodStatus, type JobView } from '../status/map-pod-status.ts';

/** A pod in memory: its record and what was last read of its job. */
export interface HeldPodState {
  record: JobRecord;
  states: ReadonlyMap<string, ContainerRecord>;
  health: ReadonlyMap<string, ContainerHealth>;
  outcome: JobOutcome | undefined;
  stop: StopNote | undefined;
  job: JobState | undefined;
  unknown: JobView['unknown'];
  /** Whether the scheduler has given the job's id to another one. */
  isIdTaken: boolean;
  /** When this process had the job's id, in milliseconds: a query begun earlier says nothing by the job's absence. */
  submittedAt: number;
  /** Since when complete queries have not had the job, in milliseconds. */
  absentSince: number | undefined;
}

/** Told of every pod whose status changed. */
export type StatusListener = (status: PodStatus) => void;

/** The pods of a plugin, and who wants to know of their changes. */
export interface PodTable {
  get(uid: string): HeldPodState | undefined;
  add(record: JobRecord): HeldPodState;
  remove(uid: string): void;
  all(): IterableIterator<HeldPodState>;
  /** Whether a job may be alive that the scheduler should be asked about. */
  hasActive(): boolean;
  status(held: HeldPodState): PodStatus;
  /** Tells the listeners if the pod's status is not what they heard last. */
  touched(held: HeldPodState): void;
  subscribe(listener: StatusListener): Disposable;
  /** Resolves at the next {@link PodTable.touched} of the pod; never when the signal aborts before. */
  nextTouch(uid: string, signal: AbortSignal): Promise<void>;
}

/** Whether the job of the pod may be alive. */
export function isActive(held: HeldPodState): boolean {
  return held.record.phase !== 'submitting' && !isOver(held);
}

/** An empty table for a backend of this name. */
export function createPodTable(backend: string): PodTable {
  const pods = new Map<string, HeldPodState>();
  const told = new Map<string, string>();
  const listeners = new Set<StatusListener>();
  const waiting = new Map<string, Set<() => void>>();

  const wake = (uid: string): void => {
    const callbacks = waiting.get(uid) ?? new Set();
    waiting.delete(uid);
    for (const callback of callbacks) callback();
  };
  const table: PodTable = {
    get: (uid) => pods.get(uid),
    add(record) {
      const held = newState(record);
      pods.set(record.uid, held);
      return held;
    },
    remove(uid) {
      pods.delete(uid);
      told.delete(uid);
      wake(uid);
    },
    all: () => pods.values(),
    hasActive: () => [...pods.values()].some(isActive),
    status: (held) => mapPodStatus(held, backend),
    touched(held) {
      wake(held.record.uid);
      const status = table.status(held);
      const text = JSON.stringify(status);
      if (told.get(held.record.uid) === text) return;
      told.set(held.record.uid, text);
      for (const listener of listeners) listener(status);
    },
    subscribe(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => listeners.delete(listener) };
    },
    nextTouch(uid, signal) {
      return new Promise((resolve) => {
        const callbacks = waiting.get(uid) ?? new Set();
        waiting.set(uid, callbacks.add(resolve));
        signal.addEventListener('abort', () => callbacks.delete(resolve), { once: true });
      });
    },
  };
  return table;
}

function newState(record: JobRecord): HeldPodState {
  return {
    record,
    states: new Map(),
    health: new Map(),
    outcome: undefined,
    stop: undefined,
    job: undefined,
    unknown: undefined,
    isIdTaken: false,
    submittedAt: -Infinity,
    absentSince: undefined,
  };
}
