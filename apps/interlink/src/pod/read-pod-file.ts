import { readFile } from 'node:fs/promises';
import { ConfigError } from '@interlink/runtime';
import type { ConfigMap, Pod, Secret } from '@interlink/spec';
import { parseAllDocuments } from 'yaml';

/** The objects of a YAML file that `interlink` commands understand. */
export interface PodFile {
  readonly pod: Pod;
  readonly configMaps: readonly ConfigMap[];
  readonly secrets: readonly Secret[];
}

interface KubernetesObject {
  readonly kind?: string;
}

function parseObjects(text: string, file: string): readonly KubernetesObject[] {
  const documents = parseAllDocuments(text);
  return [...documents].map((document, index) => {
    const problem = document.errors[0];
    if (problem !== undefined) throw new ConfigError(`${file}: document ${index + 1}: ${problem.message}`);
    return (document.toJS() ?? {}) as KubernetesObject;
  });
}

/** The objects that a PodFile is made of, by their kind. */
interface KindTypes {
  readonly Pod: Pod;
  readonly ConfigMap: ConfigMap;
  readonly Secret: Secret;
}

function ofKind<Kind extends keyof KindTypes>(
  objects: readonly KubernetesObject[],
  kind: Kind,
): readonly KindTypes[Kind][] {
  return objects.filter((object) => object.kind === kind) as unknown as readonly KindTypes[Kind][];
}

/** A Secret as the API server would store it: `stringData` merged into `data`. */
function encodeSecret(secret: Secret): Secret {
  const { stringData, ...rest } = secret;
  const encoded = Object.entries(stringData ?? {}).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return { ...rest, data: { ...rest.data, ...(Object.fromEntries(encoded) as Record<string, string>) } };
}

/**
 * The one Pod of a YAML file, with the ConfigMaps and Secrets that stand beside it.
 *
 * @throws ConfigError that names the file and what is wrong with it.
 */
export async function readPodFile(file: string): Promise<PodFile> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new ConfigError(`${file}: cannot be read`, { cause: error });
  });
  const objects = parseObjects(text, file);
  const pods = ofKind(objects, 'Pod');
  const [pod] = pods;
  if (pod === undefined || pods.length > 1) {
    const kinds = objects.map((object) => object.kind ?? 'nothing').join(', ');
    throw new ConfigError(`${file}: exactly one Pod is expected, the file has ${kinds}`);
  }
  return {
    pod,
    configMaps: ofKind(objects, 'ConfigMap'),
    secrets: ofKind(objects, 'Secret').map(encodeSecret),
  };
}
