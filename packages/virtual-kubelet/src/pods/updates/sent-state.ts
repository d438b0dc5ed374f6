import type { ConfigMap, Pod, Secret } from '@interlink/spec';
import { objectPath } from '../inputs/create-object-source.ts';
import { tokenKey, type Lookup, type PodInputs } from '../inputs/pod-inputs.ts';
import type { ChangeableParts } from './changeable-parts.ts';
import { trustBundleKey, trustBundleVersion } from './trust-bundle-version.ts';

/** What a held pod was sent last, as far as it can change. No contents. */
export interface SentState {
  /** Version of each object that it was sent, by path or {@link trustBundleKey}: empty for one that was not there, {@link immutableVersion} for one that never changes. */
  readonly versions: ReadonlyMap<string, string>;
  readonly downward: string;
  readonly ephemeral: ReadonlySet<string>;
  /** When new tokens are due, in milliseconds since 1970; undefined for a pod without. */
  readonly renewTokensAt: number | undefined;
}

/** In place of the version of an object with `immutable: true`. */
export const immutableVersion = 'immutable';

/** A kubelet's numbers: a token is renewed after 80 % of its life and at least once a day, up to 10 s earlier. */
const renewal = { share: 0.8, longestSeconds: 86_400, jitterSeconds: 10 };

/** When and how it was sent. */
export interface SentOptions {
  /** When the tokens were asked for, in milliseconds since 1970. */
  readonly now: number;
  /** A number between 0 and 1. */
  readonly jitter: number;
  /** Ephemeral containers that were in it. */
  readonly ephemeral: readonly string[];
}

/** Describes what a pod was sent with these inputs. */
export function describeSent(pod: Pod, parts: ChangeableParts, inputs: PodInputs, options: SentOptions): SentState {
  const versions = versionsOf(pod.metadata?.namespace ?? '', inputs);
  return {
    // An object that was not read, such as a certificate that the settings replace, has no version to compare with.
    versions: new Map([
      ...parts.paths.map((path) => [path, versions.get(path) ?? ''] as const),
      ...trustBundleVersions(parts, inputs),
    ]),
    downward: parts.downward,
    ephemeral: new Set(options.ephemeral),
    renewTokensAt: renewTokensAt(parts, inputs, options),
  };
}

function trustBundleVersions({ trustBundles }: ChangeableParts, inputs: PodInputs): [string, string][] {
  return trustBundles.map(({ volume, sourceIndex, source }) => {
    const lookup = inputs.trustBundles.get(tokenKey(volume, sourceIndex));
    return [trustBundleKey(source), lookup === undefined ? '' : trustBundleVersion(lookup)];
  });
}

function versionsOf(namespace: string, inputs: PodInputs): ReadonlyMap<string, string> {
  const of = (kind: 'configmaps' | 'secrets', lookups: ReadonlyMap<string, Lookup<ConfigMap | Secret>>) =>
    [...lookups].map(([name, lookup]) => [objectPath(namespace, kind, name), versionOf(lookup)] as const);
  return new Map([
    ...of('configmaps', inputs.configMaps),
    ...of('secrets', inputs.secrets),
    ...of('secrets', inputs.pullSecrets),
  ]);
}

function versionOf(lookup: Lookup<ConfigMap | Secret>): string {
  if (!('found' in lookup)) return '';
  return lookup.found.immutable === true ? immutableVersion : (lookup.found.metadata?.resourceVersion ?? '');
}

/** A token that could not be had is left to the caller, who knows how often that has happened. */
function renewTokensAt(parts: ChangeableParts, inputs: PodInputs, { now, jitter }: SentOptions): number | undefined {
  const lifetimes = parts.tokens.flatMap(({ volume, sourceIndex }) => {
    const token = inputs.tokens?.get(tokenKey(volume, sourceIndex));
    return token !== undefined && 'found' in token ? [token.found.lifetimeSeconds] : [];
  });
  if (lifetimes.length === 0) return undefined;
  const seconds = Math.min(renewal.share * Math.min(...lifetimes), renewal.longestSeconds);
  return now + Math.max(0, seconds - jitter * renewal.jitterSeconds) * 1000;
}
