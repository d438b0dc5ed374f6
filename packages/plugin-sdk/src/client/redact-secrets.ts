import type { ConfigMap, CreateExtension, Pod, RetrievedContainer, ScriptBuildConfig, Secret } from '@interlink/spec';

/** The body of a create or update of either hop, as far as it may hold secrets. */
export interface CreateBody {
  readonly pod: Pod;
  readonly secrets?: readonly Secret[] | null;
  readonly projectedvolumesmaps?: readonly ConfigMap[] | null;
  readonly container?: readonly RetrievedContainer[] | null;
  readonly jobConfig?: ScriptBuildConfig | null;
  readonly interlink?: CreateExtension;
}

const mark = '[redacted]';
/** Shorter contents would black out common words. Projected volumes hold names of namespaces and the like beside tokens. */
const shortest = { secret: 4, projected: 16, variable: 6 };

/**
 * The text without what a create's body holds of secrets, should a peer have repeated its input: contents of Secrets and projected volumes, and the
 * value of a variable where its name is told too, because nobody can say which came from a Secret.
 */
export function redactSecrets(text: string, body: CreateBody): string {
  const hidden = [
    ...secretTexts(body),
    ...pullSecretTexts(body),
    ...projectedTexts(body),
    ...variableTexts(body, text),
  ];
  // The longer first: one may be part of another.
  const variants = [...new Set(hidden.flatMap(spellings))].toSorted((left, right) => right.length - left.length);
  return variants.reduce((rest, variant) => rest.replaceAll(variant, mark), text);
}

function secretTexts({ secrets, container, jobConfig }: CreateBody): readonly string[] {
  const all = [...(secrets ?? []), ...(container ?? []).flatMap((item) => item.secrets ?? [])];
  const encoded = all.flatMap(({ data }) => Object.values(data ?? {}));
  const own = jobConfig?.SingularityHubProxy?.master_token ?? '';
  return [own, ...encoded, ...encoded.flatMap(decode)].flatMap((text) => linesOf(text, shortest.secret));
}

/** Whole, and what stands in their JSON: passwords, and user and password as they are on the wire. */
function pullSecretTexts({ interlink }: CreateBody): readonly string[] {
  const encoded = (interlink?.imagePullSecrets ?? []).flatMap(({ data }) => Object.values(data ?? {}));
  const decoded = encoded.flatMap(decode);
  const quoted = decoded.flatMap((text) => [...text.matchAll(/"(?:auth|password)"\s*:\s*("(?:[^"\\]|\\.)*")/g)]);
  const values = quoted.flatMap(([, text = '""']) => parseText(text));
  return [...encoded, ...decoded, ...values, ...values.flatMap(passwordIn)].filter(
    (text) => text.length >= shortest.secret,
  );
}

function parseText(json: string): readonly string[] {
  try {
    return [JSON.parse(json) as string];
  } catch {
    return [];
  }
}

/** Of `user:password` in base64. */
function passwordIn(auth: string): readonly string[] {
  const text = Buffer.from(auth, 'base64').toString('utf8');
  return text.includes(':') ? [text.slice(text.indexOf(':') + 1)] : [];
}

function projectedTexts({ projectedvolumesmaps, container }: CreateBody): readonly string[] {
  const all = [...(projectedvolumesmaps ?? []), ...(container ?? []).flatMap((item) => item.projectedvolumemaps ?? [])];
  const encoded = all.flatMap(({ binaryData }) => Object.values(binaryData ?? {}));
  const plain = all.flatMap(({ data }) => Object.values(data ?? {}));
  return [...plain, ...encoded, ...encoded.flatMap(decode)].flatMap((text) => linesOf(text, shortest.projected));
}

function variableTexts({ pod }: CreateBody, text: string): readonly string[] {
  const { initContainers = [], containers: main = [], ephemeralContainers = [] } = pod.spec ?? {};
  const containers = [...initContainers, ...main, ...ephemeralContainers];
  const named = containers.flatMap(({ env }) => env ?? []).filter(({ name }) => text.includes(name));
  return named.flatMap(({ value = '' }) => linesOf(value, shortest.variable));
}

function decode(base64: string): readonly string[] {
  return [Buffer.from(base64, 'base64').toString('utf8')];
}

/** Whole, and line by line: a message may show a part of a key. */
function linesOf(text: string, least: number): readonly string[] {
  return [text, ...text.split(/\r?\n/)].map((line) => line.trim()).filter((line) => line.length >= least);
}

const entities: Readonly<Record<string, string>> = {
  '"': '&#34;',
  "'": '&#39;',
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
};

/** As it is, within JSON, and as the Go API server escapes what it passes on. */
function spellings(text: string): readonly string[] {
  const json = JSON.stringify(text).slice(1, -1);
  return [text, json, json.replaceAll(/["'<>&]/g, (character) => entities[character] ?? character)];
}
