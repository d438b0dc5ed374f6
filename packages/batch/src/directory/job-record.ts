import type { ContainerKind } from '@interlink/plugin-sdk';
import type { ContainerRecord } from './container-record.ts';

/**
 * What is durable of a pod besides its files. `submitting`: written before the scheduler is asked. `deleting`: the wish to end
 * the job is durable. `deleted`: the end is confirmed; states and logs remain for the retention time.
 */
export interface JobRecord {
  readonly version: 1;
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  readonly node?: string;
  /** Annotation `interlink.eu/cluster-id` of the pod. */
  readonly cluster?: string;
  readonly phase: 'submitting' | 'submitted' | 'deleting' | 'deleted';
  readonly createdAt: string;
  readonly jobId?: string;
  /** Init containers first, in the order of the pod. */
  readonly containers: readonly ContainerSummary[];
  /** Set when the job's files travelled with it: see `Shipment.root`. */
  readonly shippedTo?: string;
  readonly gracePeriodSeconds: number;
  readonly warnings: readonly string[];
  readonly deletion?: { readonly requestedAt: string; readonly gracePeriodSeconds: number };
  readonly deletedAt?: string;
  /** Set once the job was found to be gone without having ended its containers; the states are final from then on. */
  readonly lost?: LostJob;
  /** Why the runner was told to end the pod, when it was not this plugin that wished it; the states are final from then on. */
  readonly cause?: EndCause;
}

/** Why a scheduler ended a job. */
export interface EndCause {
  /** A CamelCase word. */
  readonly reason: string;
  readonly message: string;
}

/** What a record has of a container. */
export interface ContainerSummary {
  readonly name: string;
  readonly kind: ContainerKind;
  /** As the pod names it. */
  readonly image: string;
  /** `registry/repository@sha256:…`, where it was known when the pod was created. */
  readonly imageId?: string;
  /** Whether it has probes or hooks, so that the runner writes its health. */
  readonly watched?: boolean;
  /** Whether it has a standard input. Default false. */
  readonly stdin?: boolean;
  /** Whether it has a terminal. Default false. */
  readonly tty?: boolean;
}

/** How a job was lost, and what its containers had reached. */
export interface LostJob {
  readonly at: string;
  readonly reason: string;
  readonly message: string;
  /** For containers that left none of their own; never 0. Default 137. */
  readonly exitCode?: number;
  readonly states: Readonly<Record<string, ContainerRecord>>;
}

/** The record in a file; undefined where the text is none of this version. */
export function parseJobRecord(text: string): JobRecord | undefined {
  try {
    const record = JSON.parse(text) as Partial<JobRecord> | null;
    const isComplete = record?.version === 1 && record.uid !== undefined && record.containers !== undefined;
    return isComplete && record.phase !== undefined ? (record as JobRecord) : undefined;
  } catch {
    return undefined;
  }
}

/** The text of a record. */
export function formatJobRecord(record: JobRecord): string {
  return `${JSON.stringify(record)}\n`;
}
