import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { extensionsSchema, legacyFileSchema } from './api-server-legacy-schema.ts';

const page = readFileSync(new URL('../../../../docs/reference/api-server.md', import.meta.url), 'utf8');

it.each([...Object.keys(legacyFileSchema.shape), ...Object.keys(extensionsSchema.shape)])(
  'the reference page explains %s',
  (key) => {
    expect(page).toMatch(new RegExp(`\`${key}[\`.]`));
  },
);

it('the reference page has no extension that is not read', () => {
  const rows =
    page
      .split('## Extensions')[1]
      ?.split('\n## ')[0]
      ?.matchAll(/^\| `(\w+)` /gm) ?? [];
  expect([...rows].map(([, key]) => key).toSorted()).toEqual(Object.keys(extensionsSchema.shape).toSorted());
});
