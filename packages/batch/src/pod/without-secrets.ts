import type { Container, Pod, RetrievedPodData } from '@interlink/spec';

/**
 * The pod data without what may be a secret, for people who look into a job directory: variables without their values
 * (a virtual kubelet resolves secrets into them), objects with their names and keys alone.
 */
export function withoutSecrets(data: RetrievedPodData): Readonly<Record<string, unknown>> {
  const { pod, container } = data;
  return {
    pod: podWithoutValues(pod),
    container: (container ?? []).map(({ name, configMaps, secrets, projectedvolumemaps }) => ({
      name,
      configMaps: (configMaps ?? []).map(keysOf),
      secrets: (secrets ?? []).map(keysOf),
      projectedvolumemaps: (projectedvolumemaps ?? []).map(keysOf),
    })),
  };
}

function podWithoutValues({ metadata, spec }: Pod): Readonly<Record<string, unknown>> {
  const { name, namespace, uid, labels } = metadata ?? {};
  return {
    metadata: { name, namespace, uid, labels },
    spec: {
      ...spec,
      ...(spec?.initContainers ? { initContainers: spec.initContainers.map(containerWithoutValues) } : {}),
      containers: (spec?.containers ?? []).map(containerWithoutValues),
      ...(spec?.ephemeralContainers
        ? { ephemeralContainers: spec.ephemeralContainers.map(containerWithoutValues) }
        : {}),
    },
  };
}

function containerWithoutValues(container: Container): Readonly<Record<string, unknown>> {
  return container.env ? { ...container, env: container.env.map(({ name }) => ({ name })) } : { ...container };
}

interface KeyedObject {
  readonly metadata?: { readonly name?: string };
  readonly data?: object | null;
  readonly binaryData?: object | null;
}

function keysOf({ metadata, data, binaryData }: KeyedObject): Readonly<Record<string, unknown>> {
  return { name: metadata?.name, keys: Object.keys({ ...data, ...binaryData }) };
}
