import type { Feature, Plugin, Pod, PodStatus } from '@interlink/spec';
import type { PodFactory, PodObjects, PodSettings, TestPod } from './pod-factory.ts';
import type { SendRaw } from './raw-request.ts';

/** The parts of the contract, in the order in which they are checked. */
export const groupNames = [
  'ping',
  'create',
  'bytes',
  'injection',
  'idempotence',
  'status',
  'logs',
  'delete',
  'list',
  'events',
  'exec',
  'attach',
  'port-forward',
  'update',
  'features',
  'bad-input',
  'abort',
  'restart',
] as const;

/** One part of the contract. */
export type GroupName = (typeof groupNames)[number];

/** What the plugin said of itself in its ping answer. */
export interface PluginFacts {
  /** True for a plugin without the `interlink` announcement: the looser contract of the Go and Python plugins holds. */
  readonly isForeign: boolean;
  readonly features: ReadonlySet<Feature>;
}

/** What a check works with. Pods are its own; they are deleted when it has ended. */
export interface CheckContext {
  /** After {@link CheckContext.restart} the new one. */
  readonly plugin: Plugin;
  readonly facts: PluginFacts;
  readonly pods: PodFactory;
  readonly settings: PodSettings;
  /** Sends a request past every client; absent where the plugin has no URL. */
  readonly send: SendRaw | undefined;
  /** Ends the plugin's process and starts it anew on what it left; absent where the caller cannot. */
  readonly restart: (() => Promise<void>) | undefined;
  /** Creates the pod, with the objects that its volumes name, and gives the job id. */
  readonly create: (pod: TestPod, objects?: PodObjects) => Promise<string>;
  /** The status of one pod. Fails when there is none. */
  readonly statusOf: (pod: Pod) => Promise<PodStatus>;
  /** Polls until the status of the pod is as wanted; fails with the last one when the time is over. */
  readonly waitFor: (pod: Pod, wanted: string, test: (status: PodStatus) => boolean) => Promise<PodStatus>;
  /** {@link CheckContext.waitFor} the end of all containers. */
  readonly waitForEnd: (pod: Pod) => Promise<PodStatus>;
  /** Polls until the pod is gone; for a foreign plugin, until it is silent on the pod or says that it has ended. */
  readonly waitUntilGone: (pod: Pod) => Promise<void>;
  /** Aborts when the run is ended from outside or the check's time is over. */
  readonly signal: AbortSignal;
}

/** One sentence of the contract. */
export interface Check {
  readonly group: GroupName;
  /** The sentence. */
  readonly name: string;
  /** Why the check says nothing about this plugin; undefined when it applies. */
  readonly appliesTo?: (context: Pick<CheckContext, 'facts' | 'send' | 'restart' | 'settings'>) => string | undefined;
  /** Throws where the sentence does not hold. */
  readonly run: (context: CheckContext) => Promise<void>;
}

/** The checks of one group. */
export function checksOf(group: GroupName, checks: readonly Omit<Check, 'group'>[]): readonly Check[] {
  return checks.map((check) => ({ ...check, group }));
}

/** For {@link Check.appliesTo}: what the old contract does not promise. */
export function notForForeign(reason: string): NonNullable<Check['appliesTo']> {
  return ({ facts }) => (facts.isForeign ? `foreign plugin: ${reason}` : undefined);
}

/** For {@link Check.appliesTo}: what only a plugin that announced it can be asked. */
export function needsFeature(feature: Feature): NonNullable<Check['appliesTo']> {
  return ({ facts }) => (facts.features.has(feature) ? undefined : `the plugin does not announce "${feature}"`);
}
