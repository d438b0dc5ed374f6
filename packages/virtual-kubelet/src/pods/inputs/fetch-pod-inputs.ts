import type { Pod, Service } from '@interlink/spec';
import type { PodSettings } from '../pod-settings.ts';
import { apiServerVariables } from './api-server-variables.ts';
import type { ObjectSource } from './create-object-source.ts';
import { tokenKey, type Lookup, type PodInputs } from './pod-inputs.ts';
import { podNeeds, type Requirement, type TokenNeed } from './pod-needs.ts';

/** Reads all that the pod needs, at the same time. Rejects only where an API server that does not answer leaves no choice. */
export async function fetchPodInputs(pod: Pod, settings: PodSettings, source: ObjectSource): Promise<PodInputs> {
  const needs = podNeeds(pod, settings);
  const namespace = pod.metadata?.namespace ?? '';
  const [configMaps, secrets, services, allocatable] = await Promise.all([
    lookUpAll(needs.configMaps, (name) => source.configMap(namespace, name)),
    lookUpAll(needs.secrets, (name) => source.secret(namespace, name)),
    servicesOf(pod, settings, source),
    needs.allocatable ? source.allocatable() : {},
  ]);
  const waits = isWaiting(needs.configMaps, configMaps) || isWaiting(needs.secrets, secrets);
  // A pod that waits for a ConfigMap is looked at again and again: tokens are made when all else is there.
  const tokens = waits ? undefined : await lookUpTokens(needs.tokens, (need) => source.token(pod, need));
  return { configMaps, secrets, services, allocatable, tokens };
}

type Requirements = ReadonlyMap<string, Requirement>;

function isWaiting(requirements: Requirements, lookups: ReadonlyMap<string, Lookup<unknown>>): boolean {
  return [...lookups].some(([name, lookup]) => {
    return 'reason' in lookup && !(lookup.absent && requirements.get(name) === 'optional');
  });
}

async function lookUpAll<T>(
  names: Requirements,
  read: (name: string) => Promise<Lookup<T>>,
): Promise<ReadonlyMap<string, Lookup<T>>> {
  return new Map(await Promise.all([...names.keys()].map(async (name) => [name, await read(name)] as const)));
}

async function lookUpTokens(
  needs: readonly TokenNeed[],
  read: (need: TokenNeed) => Promise<Lookup<string>>,
): Promise<ReadonlyMap<string, Lookup<string>>> {
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
