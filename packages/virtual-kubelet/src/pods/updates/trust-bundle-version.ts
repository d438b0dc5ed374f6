import { createHash } from 'node:crypto';
import type { Lookup } from '../inputs/pod-inputs.ts';
import type { TrustBundleSource } from '../inputs/read-trust-bundle.ts';

const prefix = 'clustertrustbundle ';

/** Where the path of an object would stand: several bundles have one version together. */
export function trustBundleKey(source: TrustBundleSource): string {
  return prefix + JSON.stringify(source);
}

/** What a {@link trustBundleKey} was made of; undefined for the path of an object. */
export function parseTrustBundleKey(key: string): TrustBundleSource | undefined {
  return key.startsWith(prefix) ? (JSON.parse(key.slice(prefix.length)) as TrustBundleSource) : undefined;
}

/** A digest of the certificates; empty where there are none to be read. */
export function trustBundleVersion(lookup: Lookup<string>): string {
  return 'found' in lookup ? createHash('sha256').update(lookup.found).digest('base64') : '';
}
