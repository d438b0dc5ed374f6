import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isConfigError } from '@interlink/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPodFile, type PodFile } from './read-pod-file.ts';

let file: string;
beforeAll(async () => {
  file = join(await mkdtemp(join(tmpdir(), 'il-read-')), 'pod.yaml');
});
afterAll(() => rm(join(file, '..'), { recursive: true }));

async function read(text: string): Promise<PodFile> {
  await writeFile(file, text);
  return readPodFile(file);
}

const pod = 'kind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: main, image: x}]}\n';

describe('a pod file', () => {
  it('gives the pod with the ConfigMaps and Secrets beside it, in any order', async () => {
    const others = ['kind: ConfigMap\nmetadata: {name: c}', 'kind: Secret\nmetadata: {name: s}\ndata: {k: dg==}', ''];
    const found = await read([others[0], pod, others[1], others[2]].join('\n---\n'));
    expect(found.pod.metadata?.name).toBe('a');
    expect(found.configMaps.map(({ metadata }) => metadata?.name)).toEqual(['c']);
    expect(found.secrets).toEqual([{ kind: 'Secret', metadata: { name: 's' }, data: { k: 'dg==' } }]);
  });

  it('encodes the stringData of a Secret, which wins over data', async () => {
    const secret = 'kind: Secret\nmetadata: {name: s}\ndata: {a: b2xk, b: b2xk}\nstringData: {a: "nëw"}';
    const { secrets } = await read(`${pod}---\n${secret}`);
    const encoded = Buffer.from('nëw').toString('base64');
    expect(secrets).toEqual([{ kind: 'Secret', metadata: { name: 's' }, data: { a: encoded, b: 'b2xk' } }]);
  });

  it('takes the items of a List for objects of the file', async () => {
    const { pod: found } = await read(`kind: List\nitems:\n- ${pod.replaceAll('\n', '\n  ')}`);
    expect(found.metadata?.name).toBe('a');
  });

  it.each([
    ['no pod', 'kind: ConfigMap\n', /exactly one Pod is expected, the file has ConfigMap/],
    ['two pods', `${pod}---\n${pod}`, /exactly one Pod is expected, the file has Pod, Pod/],
    ['nothing', '', /exactly one Pod is expected, the file has nothing/],
    ['a text', 'hello', /the file has something without a kind/],
    ['a list', '- kind: Pod', /the file has something without a kind/],
    ['a syntax error, with its line', `${pod}---\nkind: [Pod`, /pod\.yaml:5:\d+: /],
    ['an alias without anchor', 'kind: *pod', /alias/],
    ['a pod without spec', 'kind: Pod\nmetadata: {name: a}', /spec/],
    ['a pod whose containers are a text', 'kind: Pod\nspec: {containers: x}', /spec\.containers/],
    ['a pod whose container has no name', 'kind: Pod\nspec: {containers: [{image: x}]}', /spec\.containers\[0\]\.name/],
    ['a Secret whose stringData is a number', `${pod}---\nkind: Secret\nstringData: {a: 1}`, /stringData/],
  ])('refuses %s, naming the file', async (_what, text, message) => {
    const error: unknown = await read(text).catch((thrown: unknown) => thrown);
    expect(isConfigError(error), String(error)).toBe(true);
    expect((error as Error).message).toContain(file);
    expect((error as Error).message).toMatch(message);
  });

  it.each([
    ['missing', 'ENOENT'],
    ['..', 'EISDIR'],
  ])('refuses a file that cannot be read (%s)', async (name, code) => {
    const error: unknown = await readPodFile(join(file, '..', name)).catch((thrown: unknown) => thrown);
    expect(isConfigError(error)).toBe(true);
    expect((error as Error).message).toContain(`cannot be read (${code})`);
  });
});
