import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { extensionsSchema, legacyFileSchema } from './api-server-legacy-schema.ts';

it('the README names every key of the configuration', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const keys = [...Object.keys(legacyFileSchema.shape), ...Object.keys(extensionsSchema.shape)];
  expect(keys.filter((key) => !readme.includes(key))).toEqual([]);
});
