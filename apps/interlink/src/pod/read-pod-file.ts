import { readFile } from 'node:fs/promises';
import { ConfigError } from '@interlink/runtime';
import { isInterLinkError, parseWire, type ConfigMap, type Pod, type Secret } from '@interlink/spec';
import { LineCounter, parseAllDocuments } from 'yaml';

/** The objects of a YAML file that `interlink` commands understand. */
export interface PodFile {
  readonly pod: Pod;
  readonly configMaps: readonly ConfigMap[];
  readonly secrets: readonly Secret[];
}

interface KubernetesObject {
  readonly kind?: string;
  readonly items?: readonly KubernetesObject[];
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new ConfigError(`${file}: cannot be read (${reason})`, { cause: error });
  });
}

function toData(document: { toJS(): KubernetesObject | null }, file: string): KubernetesObject {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    // An alias without its anchor shows only here.
    throw new ConfigError(`${file}: ${error instanceof Error ? error.message : 'cannot be read'}`, { cause: error });
  }
}

function parseObjects(text: string, file: string): readonly KubernetesObject[] {
  const lineCounter = new LineCounter();
  const documents = [...parseAllDocuments(text, { lineCounter, prettyErrors: false })];
  for (const { errors } of documents) {
    const problem = errors[0];
    if (problem === undefined) continue;
    const { line, col } = lineCounter.linePos(problem.pos[0]);
    throw new ConfigError(`${file}:${line}:${col}: ${problem.message}`);
  }
  const objects = documents.map((document) => toData(document, file));
  return objects.flatMap((object) => (object.kind === 'List' ? (object.items ?? []) : [object]));
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

/** Refuses what no API server would take, before anything is made of it. */
function checkObjects({ pod, configMaps, secrets }: PodFile, file: string): void {
  const metadata = { name: 'pod', namespace: 'default', uid: 'none', ...pod.metadata };
  try {
    parseWire('PodCreateRequests', { pod: { ...pod, metadata }, configmaps: configMaps, secrets });
  } catch (error) {
    if (!isInterLinkError(error)) throw error;
    throw new ConfigError(`${file}: ${error.message.replace(/^PodCreateRequests: /, '')}`, { cause: error });
  }
  // What is declared may be absent: the wire's schema is loose here.
  const containers = pod.spec?.containers as readonly unknown[] | undefined;
  if (containers === undefined || containers.length === 0)
    throw new ConfigError(`${file}: pod.spec.containers is required`);
}

/**
 * The one Pod of a YAML file, with the ConfigMaps and Secrets that stand beside it.
 *
 * @throws ConfigError that names the file and what is wrong with it.
 */
export async function readPodFile(file: string): Promise<PodFile> {
  const objects = parseObjects(await readText(file), file);
  const pods = ofKind(objects, 'Pod');
  const [pod] = pods;
  if (pod === undefined || pods.length > 1) {
    const kinds = objects.map((object) => object.kind ?? 'something without a kind').join(', ') || 'nothing';
    throw new ConfigError(`${file}: exactly one Pod is expected, the file has ${kinds}`);
  }
  const found = { pod, configMaps: ofKind(objects, 'ConfigMap'), secrets: ofKind(objects, 'Secret') };
  checkObjects(found, file);
  return { ...found, secrets: found.secrets.map(encodeSecret) };
}
