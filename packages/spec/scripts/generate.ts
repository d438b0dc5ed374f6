/**
 * Makes `src/generated` from `openapi/*.yaml`: the types of every schema, and both documents as they are published.
 * With `--check` nothing is written; the exit code is 1 when a generated file differs (drift).
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import openapiTypescript, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import { parse } from 'yaml';

interface Document extends Record<string, unknown> {
  readonly paths?: unknown;
  components: { schemas: Record<string, unknown> };
}

const root = new URL('..', import.meta.url);
const kubernetesTypes = ['ConfigMap', 'ContainerStatus', 'Pod', 'Secret'];
const banner = '// Generated from openapi/*.yaml by scripts/generate.ts. Do not edit.\n';

async function readDocument(name: string): Promise<Document> {
  return parse(await readFile(new URL(`openapi/${name}.yaml`, root), 'utf8')) as Document;
}

async function buildTypes(schemas: Record<string, unknown>): Promise<string> {
  const document = { openapi: '3.1.0', info: { title: 'wire', version: '1' }, paths: {}, components: { schemas } };
  const nodes = await openapiTypescript(document as never, {
    immutable: true,
    transform(schema) {
      const name = (schema as Record<string, unknown>)['x-typescript'];
      return typeof name === 'string' ? ts.factory.createTypeReferenceNode(name) : undefined;
    },
  });
  const imports = `import type { ${kubernetesTypes.join(', ')} } from '../kubernetes.ts';\n\n`;
  return banner + imports + astToString(nodes);
}

/** Both documents with their own and the shared schemas, only those a route can reach. */
function bundle(document: Document, shared: Record<string, unknown>): Document {
  const all = { ...shared, ...document.components.schemas };
  const reached = new Set<string>();
  const visit = (value: unknown): void => {
    for (const [, name] of JSON.stringify(value ?? null).matchAll(/"#\/components\/schemas\/(\w+)["/]/g)) {
      if (name !== undefined && !reached.has(name)) {
        reached.add(name);
        visit(all[name]);
      }
    }
  };
  visit({ ...document, components: { ...document.components, schemas: document.components.schemas } });
  Object.keys(document.components.schemas).forEach((name) => reached.add(name));
  const schemas = Object.fromEntries(Object.entries(all).filter(([name]) => reached.has(name)));
  return { ...document, components: { ...document.components, schemas } };
}

function documentModule(interLinkApi: Document, plugin: Document): string {
  const constant = (name: string, comment: string, value: Document): string =>
    `/** ${comment} */\nexport const ${name}: OpenApiDocument = ${JSON.stringify(value, null, 2)};\n`;
  return [
    banner,
    "import type { OpenApiDocument } from '../open-api-document.ts';\n",
    constant(
      'interLinkApiDocument',
      'OpenAPI 3.1 document of hop A: virtual kubelet to interLink API server.',
      interLinkApi,
    ),
    constant('pluginApiDocument', 'OpenAPI 3.1 document of hop B: interLink API server to plugin.', plugin),
  ].join('\n');
}

async function generate(): Promise<Map<string, string>> {
  const shared = (await readDocument('components')).components.schemas;
  const interLinkApi = await readDocument('interlink-api');
  const plugin = await readDocument('plugin-api');
  const schemas = { ...shared, ...interLinkApi.components.schemas, ...plugin.components.schemas };
  return new Map([
    ['wire-types.ts', await buildTypes(schemas)],
    ['documents.ts', documentModule(bundle(interLinkApi, shared), bundle(plugin, shared))],
  ]);
}

async function differs(file: URL, content: string): Promise<boolean> {
  const current = await readFile(file, 'utf8').catch(() => '');
  return current !== content;
}

const check = process.argv.includes('--check');
await mkdir(new URL('src/generated', root), { recursive: true });
for (const [name, content] of await generate()) {
  const file = new URL(`src/generated/${name}`, root);
  if (!(await differs(file, content))) continue;
  if (check) {
    console.error(`${fileURLToPath(file)} differs from openapi/*.yaml: run "npm run generate"`);
    process.exitCode = 1;
  } else {
    await writeFile(file, content);
    console.log(`wrote ${fileURLToPath(file)}`);
  }
}
