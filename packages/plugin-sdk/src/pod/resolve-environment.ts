import {
  InvalidInputError,
  UnsupportedError,
  type Container,
  type EnvFromSource,
  type EnvVar,
  type RetrievedPodData,
} from '@interlink/spec';
import { withoutNul } from './check-text.ts';
import { expandVariables } from './expand-variables.ts';
import { readFieldReference } from './field-reference.ts';
import { findConfigMap, findSecret } from './find-object.ts';
import { configMapContent, secretContent } from './object-content.ts';
import { readResourceReference } from './resource-reference.ts';

/** Whether `$(NAME)` in the values of variables is still to be expanded, or was already by whoever sent the pod. */
export type EnvironmentValues = 'expand' | 'literal';

/** What is needed to resolve one container's environment. */
export interface EnvironmentScope {
  readonly data: RetrievedPodData;
  readonly container: Container;
  /** Path of the container, e.g. `pod.spec.containers[0]`. */
  readonly field: string;
  readonly values: EnvironmentValues;
}

type Environment = Map<string, string>;
type Source = NonNullable<EnvVar['valueFrom']>;

/**
 * The environment of a container as a kubelet makes it: `envFrom` first, then `env`; a later value of a name replaces the
 * earlier one and keeps its place. Values that the sender left unresolved are resolved from the objects at hand.
 *
 * @throws UnsupportedError when an object that is not optional did not come with the pod; InvalidInputError for bad input.
 */
export function resolveEnvironment(scope: EnvironmentScope): Environment {
  const environment: Environment = new Map();
  for (const [index, source] of (scope.container.envFrom ?? []).entries()) {
    addAll(environment, source, { ...scope, field: `${scope.field}.envFrom[${index}]` });
  }
  for (const [index, variable] of (scope.container.env ?? []).entries()) {
    const field = `${scope.field}.env[${index}]`;
    if (!isVariableName(variable.name)) {
      throw new InvalidInputError(`${field}.name must not be empty nor contain '=' or a NUL byte`, {
        field: `${field}.name`,
      });
    }
    const value = valueOf(variable, environment, { ...scope, field });
    if (value !== undefined) environment.set(variable.name, withoutNul(value, `${field}.value`));
  }
  return environment;
}

function isVariableName(name: string): boolean {
  return /^[^=\0]+$/.test(name);
}

function addAll(environment: Environment, source: EnvFromSource, scope: EnvironmentScope): void {
  for (const [key, value] of textsOf(source, scope)) {
    const name = (source.prefix ?? '') + key;
    // A kubelet skips a key that cannot be a name, and starts the container.
    if (isVariableName(name)) environment.set(name, withoutNul(value, scope.field));
  }
}

function textsOf(source: EnvFromSource, { data, field }: EnvironmentScope): Iterable<[string, string]> {
  const { configMapRef, secretRef } = source;
  if (configMapRef) {
    const map = findConfigMap(data, configMapRef.name ?? '');
    return map ? Object.entries(map.data ?? {}) : missing(configMapRef.optional, `${field}.configMapRef`, []);
  }
  if (secretRef) {
    const secret = findSecret(data, secretRef.name ?? '');
    const content = secret
      ? secretContent(secret, field)
      : missing(secretRef.optional, `${field}.secretRef`, new Map<string, Uint8Array>());
    return [...content].map(([key, bytes]) => [key, decodeUtf8(bytes)]);
  }
  throw new UnsupportedError(`${field} has a source that is not supported here`, { field });
}

/** undefined: the variable is not set at all, as for an optional key that is absent. */
function valueOf(variable: EnvVar, environment: Environment, scope: EnvironmentScope): string | undefined {
  const { value, valueFrom } = variable;
  if (value !== undefined && value !== '') {
    return scope.values === 'literal' ? value : expandVariables(value, (name) => environment.get(name));
  }
  return valueFrom ? valueFromSource(valueFrom, { ...scope, field: `${scope.field}.valueFrom` }) : '';
}

function valueFromSource(source: Source, scope: EnvironmentScope): string | undefined {
  const { data, container, field } = scope;
  if (source.configMapKeyRef) return keyOf(source.configMapKeyRef, 'configMapKeyRef', scope);
  if (source.secretKeyRef) return keyOf(source.secretKeyRef, 'secretKeyRef', scope);
  if (source.resourceFieldRef) {
    return readResourceReference(data.pod, source.resourceFieldRef, `${field}.resourceFieldRef`, container);
  }
  const fieldPath = source.fieldRef?.fieldPath ?? '';
  const value = source.fieldRef && readFieldReference(data.pod, fieldPath);
  if (value !== undefined) return value;
  const at = source.fieldRef ? `${field}.fieldRef` : field;
  throw new UnsupportedError(`${at}${fieldPath && ` (${fieldPath})`} cannot be resolved here`, { field: at });
}

interface KeyReference {
  readonly name?: string;
  readonly key: string;
  readonly optional?: boolean;
}

function keyOf(
  reference: KeyReference,
  kind: 'configMapKeyRef' | 'secretKeyRef',
  scope: EnvironmentScope,
): string | undefined {
  const field = `${scope.field}.${kind}`;
  const content = contentOf(reference.name ?? '', kind, scope);
  if (!content) {
    requireOptional(reference.optional, field);
    return undefined;
  }
  const bytes = content.get(reference.key);
  if (bytes) return decodeUtf8(bytes);
  if (reference.optional === true) return undefined;
  throw new InvalidInputError(`${field}: ${reference.name ?? ''} has no key ${reference.key}`, {
    field: `${field}.key`,
  });
}

function contentOf(name: string, kind: 'configMapKeyRef' | 'secretKeyRef', { data, field }: EnvironmentScope) {
  if (kind === 'secretKeyRef') {
    const secret = findSecret(data, name);
    return secret && secretContent(secret, field);
  }
  const map = findConfigMap(data, name);
  // As in a kubelet, a variable is never made of `binaryData`.
  return map && configMapContent({ data: map.data ?? {} }, field);
}

function missing<T>(optional: boolean | undefined, field: string, otherwise: T): T {
  requireOptional(optional, field);
  return otherwise;
}

function requireOptional(optional: boolean | undefined, field: string): void {
  if (optional === true) return;
  throw new UnsupportedError(`${field} names an object that was not sent with the pod`, { field });
}

function decodeUtf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
