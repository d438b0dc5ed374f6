import type { Container, Pod, Volume, VolumeProjection } from '@interlink/spec';
import type { PodSettings } from '../pod-settings.ts';
import { offloadedContainers } from './offloaded-pod.ts';
import type { TrustBundleSource } from './read-trust-bundle.ts';

/** The ConfigMap that every namespace has, with the API server's certificate authority. */
export const rootCertificateConfigMap = 'kube-root-ca.crt';

/** A token that a projected volume asks for. */
export interface TokenNeed {
  readonly volume: string;
  readonly sourceIndex: number;
  readonly audience: string | undefined;
  readonly expirationSeconds: number | undefined;
}

/** Certificates that a projected volume asks for. */
export interface TrustBundleNeed {
  readonly volume: string;
  readonly sourceIndex: number;
  readonly source: TrustBundleSource;
  readonly requirement: Requirement;
}

/** Whether a pod can do without an object. */
export type Requirement = 'required' | 'optional';

/** What a pod needs from the API server before it can be sent. */
export interface PodNeeds {
  /** By name: whether the pod has to wait for it, because not every reference to it is optional. */
  readonly configMaps: ReadonlyMap<string, Requirement>;
  readonly secrets: ReadonlyMap<string, Requirement>;
  /** Secrets with credentials for image registries. The pod never waits for them. */
  readonly pullSecrets: readonly string[];
  readonly tokens: readonly TokenNeed[];
  readonly trustBundles: readonly TrustBundleNeed[];
  /** Whether a container asks for a resource limit, which the node's allocatable amount may have to stand in for. */
  readonly allocatable: boolean;
}

/** Collects what a pod's volumes and the environment of its offloaded and ephemeral containers name. Each object once. */
export function podNeeds(pod: Pod, settings: PodSettings): PodNeeds {
  const needs = {
    configMaps: new Map<string, Requirement>(),
    secrets: new Map<string, Requirement>(),
    pullSecrets: pullSecretNames(pod),
    tokens: [] as TokenNeed[],
    trustBundles: [] as TrustBundleNeed[],
    allocatable: false,
  };
  const { init, main } = offloadedContainers(pod);
  for (const volume of pod.spec?.volumes ?? []) addVolume(needs, volume, settings);
  const { ephemeralContainers = [] } = pod.spec ?? {};
  for (const container of [...init, ...main, ...ephemeralContainers]) addEnvironment(needs, container);
  return needs;
}

function pullSecretNames({ spec }: Pod): string[] {
  const names = (spec?.imagePullSecrets ?? []).map(({ name }) => name ?? '');
  return [...new Set(names.filter((name) => name !== ''))];
}

type Collected = { -readonly [Key in keyof PodNeeds]: PodNeeds[Key] } & {
  readonly configMaps: Map<string, Requirement>;
  readonly secrets: Map<string, Requirement>;
  readonly tokens: TokenNeed[];
  readonly trustBundles: TrustBundleNeed[];
};

function addVolume(needs: Collected, volume: Volume, settings: PodSettings): void {
  addName(needs.configMaps, volume.configMap);
  addName(needs.secrets, volume.secret && { ...volume.secret, name: volume.secret.secretName });
  if (settings.disableProjectedVolumes === true) return;
  needs.allocatable ||= volume.downwardAPI?.items?.some((item) => item.resourceFieldRef !== undefined) ?? false;
  for (const [index, source] of (volume.projected?.sources ?? []).entries()) {
    addProjection(needs, source, settings);
    const place = { volume: volume.name, sourceIndex: index };
    if (source.clusterTrustBundle) needs.trustBundles.push(trustBundleNeed(source.clusterTrustBundle, place));
    if (source.serviceAccountToken === undefined) continue;
    const { audience, expirationSeconds } = source.serviceAccountToken;
    needs.tokens.push({ ...place, audience, expirationSeconds });
  }
}

function trustBundleNeed(
  { name, signerName, labelSelector, optional }: NonNullable<VolumeProjection['clusterTrustBundle']>,
  place: Pick<TrustBundleNeed, 'volume' | 'sourceIndex'>,
): TrustBundleNeed {
  const source: TrustBundleSource = {
    ...(name === undefined ? {} : { name }),
    ...(signerName === undefined ? {} : { signerName }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
  };
  return { ...place, source, requirement: optional === true ? 'optional' : 'required' };
}

function addProjection(needs: Collected, source: VolumeProjection, settings: PodSettings): void {
  const overridden =
    source.configMap?.name === rootCertificateConfigMap && (settings.kubernetesApiCaCertificate ?? '') !== '';
  if (!overridden) addName(needs.configMaps, source.configMap);
  addName(needs.secrets, source.secret);
  needs.allocatable ||= source.downwardAPI?.items?.some((item) => item.resourceFieldRef !== undefined) ?? false;
}

function addEnvironment(needs: Collected, container: Pick<Container, 'env' | 'envFrom'>): void {
  for (const source of container.envFrom ?? []) {
    addName(needs.configMaps, source.configMapRef);
    addName(needs.secrets, source.secretRef);
  }
  for (const { valueFrom } of container.env ?? []) {
    addName(needs.configMaps, valueFrom?.configMapKeyRef);
    addName(needs.secrets, valueFrom?.secretKeyRef);
    needs.allocatable ||= valueFrom?.resourceFieldRef !== undefined;
  }
}

interface Reference {
  readonly name?: string | undefined;
  readonly optional?: boolean | undefined;
}

function addName(names: Map<string, Requirement>, reference: Reference | undefined): void {
  const { name = '', optional } = reference ?? {};
  if (name === '' || names.get(name) === 'required') return;
  names.set(name, optional === true ? 'optional' : 'required');
}
