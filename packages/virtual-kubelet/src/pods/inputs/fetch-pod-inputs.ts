import type { CreateExtensionKey, Pod, Service } from '@interlink/spec';
import type { PodSettings } from '../pod-settings.ts';
import { apiServerVariables } from './api-server-variables.ts';
import type { ObjectSource } from './create-object-source.ts';
import { tokenKey, type BoundToken, type Lookup, type PodInputs } from './pod-inputs.ts';
import { podNeeds, type Requirement, type TokenNeed, type TrustBundleNeed } from './pod-needs.ts';

/** How {@link fetchPodInputs} reads. */
export interface FetchOptions {
  readonly settings: PodSettings;
  readonly source: ObjectSource;
  /** What of a create the peer makes use of: nothing else is read for it. */
  readonly accepts: ReadonlySet<CreateExtensionKey>;
  /** True: tokens are asked for whatever else is missing, as for a pod that runs already. Default false. */
  readonly tokensAnyway?: boolean;
}

/** Reads all that the pod needs, at the same time. Rejects only where an API server that does not answer leaves no choice. */
export async function fetchPodInputs(pod: Pod, options: FetchOptions): Promise<PodInputs> {
  const { settings, source, accepts, tokensAnyway = false } = options;
  const needs = podNeeds(pod, settings);
  const namespace = pod.metadata?.namespace ?? '';
  const pullSecretNames = accepts.has('imagePullSecrets') ? needs.pullSecrets : [];
  const [configMaps, secrets, pullSecrets, trustBundles, services, allocatable] = await Promise.all([
    lookUpAll([...needs.configMaps.keys()], (name) => source.configMap(namespace, name)),
    lookUpAll([...needs.secrets.keys()], (name) => source.secret(namespace, name)),
    lookUpAll(pullSecretNames, (name) => source.secret(namespace, name)),
    lookUpTrustBundles(needs.trustBundles, source),
    servicesOf(pod, settings, source),
    needs.allocatable ? source.allocatable() : {},
  ]);
  const waits =
    !tokensAnyway &&
    (isWaiting(needs.configMaps, configMaps) ||
      isWaiting(needs.secrets, secrets) ||
      isWaiting(requirementsOf(needs.trustBundles), trustBundles));
  // A pod that waits for a ConfigMap is looked at again and again: tokens are made when all else is there.
  const tokens = waits ? undefined : await lookUpTokens(needs.tokens, (need) => source.token(pod, need));
  return { configMaps, secrets, pullSecrets, trustBundles, services, allocatable, tokens };
}

type Requirements = ReadonlyMap<string, Requirement>;

function isWaiting(requirements: Requirements, lookups: ReadonlyMap<string, Lookup<unknown>>): boolean {
  return [...lookups].some(([name, lookup]) => {
    return 'reason' in lookup && !(lookup.absent && requirements.get(name) === 'optional');
  });
}

async function lookUpAll<T>(
  names: readonly string[],
  read: (name: string) => Promise<Lookup<T>>,
): Promise<ReadonlyMap<string, Lookup<T>>> {
  return new Map(await Promise.all(names.map(async (name) => [name, await read(name)] as const)));
}

async function lookUpTrustBundles(
  needs: readonly TrustBundleNeed[],
  source: ObjectSource,
): Promise<ReadonlyMap<string, Lookup<string>>> {
  const entries = needs.map(async (need) => [keyOf(need), await source.trustBundle(need.source)] as const);
  return new Map(await Promise.all(entries));
}

function requirementsOf(needs: readonly TrustBundleNeed[]): Requirements {
  return new Map(needs.map((need) => [keyOf(need), need.requirement]));
}

const keyOf = ({ volume, sourceIndex }: TrustBundleNeed): string => tokenKey(volume, sourceIndex);

async function lookUpTokens(
  needs: readonly TokenNeed[],
  read: (need: TokenNeed) => Promise<Lookup<BoundToken>>,
): Promise<ReadonlyMap<string, Lookup<BoundToken>>> {
  const entries = needs.map(async (need) => [tokenKey(need.volume, need.sourceIndex), await read(need)] as const);
  return new Map(await Promise.all(entries));
}

/** Those of the namespace unless the pod wants none, and the API server's, which every pod gets. The namespace's come last and win. */
async function servicesOf(pod: Pod, settings: PodSettings, source: ObjectSource): Promise<readonly Service[]> {
  if (settings.skipDownwardApiResolution === true) return [];
  const known = apiServerVariables(settings).length > 0;
  const [apiServer, own] = await Promise.all([
    known ? [] : source.apiServerService(),
    pod.spec?.enableServiceLinks === false ? [] : source.services(pod.metadata?.namespace ?? ''),
  ]);
  return [...apiServer, ...own];
}
