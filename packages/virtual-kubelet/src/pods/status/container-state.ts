import type { ContainerState } from '@interlink/spec';
import { normalizeTime } from './kubernetes-time.ts';

/** A kubelet cuts a container's message here. */
const longestMessageLength = 4096;
const int32 = { least: -(2 ** 31), most: 2 ** 31 - 1 };

/** What a plugin says of a container's state, checked; undefined when it says nothing that can be believed. */
export type StateEvidence = ContainerState | 'no-exit-code' | undefined;

/**
 * Reads the state of a container as a plugin sent it. An end without an exit code is no evidence of success or failure: it would become
 * exit code 0 in the API server.
 */
export function readContainerState(state: unknown): StateEvidence {
  if (!isRecord(state)) return undefined;
  const { running, waiting, terminated } = state;
  if (isRecord(terminated)) return readTerminated(terminated);
  if (isRecord(running)) return { running: present({ startedAt: normalizeTime(running['startedAt']) }) };
  if (isRecord(waiting)) {
    return { waiting: present({ reason: text(waiting['reason']), message: message(waiting['message']) }) };
  }
  return undefined;
}

function readTerminated(terminated: Readonly<Record<string, unknown>>): StateEvidence {
  const exitCode = integer(terminated['exitCode']);
  if (exitCode === undefined) return 'no-exit-code';
  const reason = text(terminated['reason']) ?? (exitCode === 0 ? 'Completed' : 'Error');
  return {
    terminated: {
      exitCode,
      reason,
      ...present({
        message: message(terminated['message']),
        signal: integer(terminated['signal']),
        startedAt: normalizeTime(terminated['startedAt']),
        finishedAt: normalizeTime(terminated['finishedAt']),
        containerID: text(terminated['containerID']),
      }),
    },
  };
}

/** The entries that have a value. */
export function present<T extends Record<string, unknown>>(
  values: T,
): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof T]?: Exclude<T[Key], undefined> };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function message(value: unknown): string | undefined {
  return text(value)?.slice(0, longestMessageLength);
}

/** The API server keeps 32 bits. */
function integer(value: unknown): number | undefined {
  if (typeof value !== 'number' || !Number.isInteger(value)) return undefined;
  return value >= int32.least && value <= int32.most ? value : undefined;
}
