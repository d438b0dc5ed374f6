import { expandVariables } from '@interlink/plugin-sdk';
import { UnsupportedError, type Container, type EnvFromSource, type EnvVar } from '@interlink/spec';
import type { AssemblyContext } from './assembly-context.ts';
import { readField, readResource } from './downward-fields.ts';
import type { Lookup } from './pod-inputs.ts';

/** A container's environment, or what it has to wait for. */
export type ContainerEnvironment = { readonly variables: readonly EnvVar[] } | { readonly reason: string };

/**
 * The environment a kubelet would give the container, in the order of the pod: `envFrom`, then `env` with references resolved and
 * `$(NAME)` expanded, then the API server's and the Services' variables where the pod does not set them itself.
 *
 * @throws UnsupportedError or InvalidInputError for a reference that can never be resolved; it names the field.
 */
export function containerEnvironment(
  container: Container,
  field: string,
  context: AssemblyContext,
): ContainerEnvironment {
  const variables = new Map<string, EnvVar>();
  const lookup = (name: string): string | undefined => variables.get(name)?.value ?? context.sharedVariables.get(name);
  for (const source of container.envFrom ?? []) {
    const content = sourceContent(source, context);
    if ('reason' in content) return content;
    for (const [key, value] of content.found) set(variables, (source.prefix ?? '') + key, value);
  }
  for (const [index, variable] of (container.env ?? []).entries()) {
    const value = valueOf(variable, { container, field: `${field}.env[${index}]`, lookup, context });
    if (value === undefined) continue;
    if (typeof value === 'string') set(variables, variable.name, value);
    else if ('reason' in value) return value;
    else variables.set(variable.name, value);
  }
  for (const [name, value] of context.sharedVariables) if (!variables.has(name)) set(variables, name, value);
  return { variables: [...variables.values()] };
}

function set(variables: Map<string, EnvVar>, name: string, value: string): void {
  variables.set(name, { name, value });
}

interface Waiting {
  readonly reason: string;
}

interface Place {
  readonly container: Container;
  readonly field: string;
  readonly lookup: (name: string) => string | undefined;
  readonly context: AssemblyContext;
}

/** The value; undefined for an absent optional one; the variable itself where it stays unresolved on purpose. */
function valueOf(variable: EnvVar, place: Place): string | EnvVar | Waiting | undefined {
  const { value, valueFrom } = variable;
  if (value !== undefined && value !== '') return expandVariables(value, place.lookup);
  if (valueFrom?.configMapKeyRef) return configMapValue(valueFrom.configMapKeyRef, place.context);
  if (valueFrom?.secretKeyRef) return secretValue(valueFrom.secretKeyRef, place.context);
  if (valueFrom === undefined) return '';
  try {
    return downwardValue(valueFrom, place);
  } catch (error) {
    if (place.context.settings.skipDownwardApiResolution === true) return variable;
    throw error;
  }
}

function downwardValue(valueFrom: NonNullable<EnvVar['valueFrom']>, place: Place): string {
  const { container, field, context } = place;
  if (valueFrom.fieldRef) return readField(context.pod, valueFrom.fieldRef.fieldPath, `${field}.valueFrom.fieldRef`);
  const reference = valueFrom.resourceFieldRef;
  if (reference) return readResource(reference, `${field}.valueFrom.resourceFieldRef`, context, container);
  const kind = Object.keys(valueFrom)[0] ?? 'an empty valueFrom';
  throw new UnsupportedError(`${field}.valueFrom: ${kind} is not supported`, { field: `${field}.valueFrom` });
}

interface KeyReference {
  readonly name?: string;
  readonly key: string;
  readonly optional?: boolean;
}

function configMapValue(reference: KeyReference, context: AssemblyContext): string | Waiting | undefined {
  const map = objectOf(context.inputs.configMaps, reference, 'configmap');
  if ('reason' in map) return unlessOptional(map, reference);
  const value = map.found.data?.[reference.key];
  return value ?? unlessOptional(missingKey('ConfigMap', reference, context), reference);
}

function secretValue(reference: KeyReference, context: AssemblyContext): string | Waiting | undefined {
  const secret = objectOf(context.inputs.secrets, reference, 'secret');
  if ('reason' in secret) return unlessOptional(secret, reference);
  const value = secret.found.data?.[reference.key];
  if (value !== undefined) return decodeText(value);
  return unlessOptional(missingKey('Secret', reference, context), reference);
}

function missingKey(kind: string, reference: KeyReference, context: AssemblyContext): Absence {
  const namespace = context.pod.metadata?.namespace ?? '';
  return { absent: true, reason: `couldn't find key ${reference.key} in ${kind} ${namespace}/${reference.name ?? ''}` };
}

type Absence = Exclude<Lookup<never>, { readonly found: never }>;

function unlessOptional(absence: Absence, { optional }: { readonly optional?: boolean }): Waiting | undefined {
  return optional === true && absence.absent ? undefined : { reason: absence.reason };
}

function sourceContent(
  source: EnvFromSource,
  context: AssemblyContext,
): { found: readonly [string, string][] } | Waiting {
  if (source.configMapRef) {
    const map = objectOf(context.inputs.configMaps, source.configMapRef, 'configmap');
    if ('found' in map) return { found: Object.entries(map.found.data ?? {}) };
    return unlessOptional(map, source.configMapRef) ?? { found: [] };
  }
  if (source.secretRef) {
    const secret = objectOf(context.inputs.secrets, source.secretRef, 'secret');
    if ('found' in secret)
      return { found: Object.entries(secret.found.data ?? {}).map(([key, text]) => [key, decodeText(text)]) };
    return unlessOptional(secret, source.secretRef) ?? { found: [] };
  }
  return { found: [] };
}

function objectOf<T>(
  objects: ReadonlyMap<string, Lookup<T>>,
  { name = '' }: { name?: string },
  kind: string,
): Lookup<T> {
  return objects.get(name) ?? { absent: true, reason: `${kind} "${name}" not found` };
}

/** A variable is text: bytes that are no UTF-8 become replacement characters, as in any JSON. */
function decodeText(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}
