import { runConformance } from '@interlink/conformance';
import type { Plugin, RetrievedPodData, Secret } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { ProcessWorld } from './world.ts';

/** The same pods, but the files of their Secrets end without a newline. */
function withoutLastNewline(data: RetrievedPodData): RetrievedPodData {
  const trim = (text: string): string =>
    Buffer.from(Buffer.from(text, 'base64').toString('latin1').replace(/\n$/, ''), 'latin1').toString('base64');
  const trimmed = (secret: Secret): Secret => ({
    ...secret,
    data: Object.fromEntries(Object.entries(secret.data ?? {}).map(([key, text]) => [key, trim(text)])),
  });
  const container = (data.container ?? []).map((one) => ({ ...one, secrets: (one.secrets ?? []).map(trimmed) }));
  return { ...data, container };
}

describe('the conformance kit', () => {
  it('finds a plugin that changes a single byte of a file', async () => {
    await using world = await ProcessWorld.create();
    const correct = await world.start();
    const plugin: Plugin = { ...correct, create: (data, options) => correct.create(withoutLastNewline(data), options) };
    const { results } = await runConformance({ plugin, only: ['bytes'] });
    const failed = results.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name);
    expect(failed).toEqual(['gives a container the files of a Secret and a ConfigMap byte for byte']);
  });
});
