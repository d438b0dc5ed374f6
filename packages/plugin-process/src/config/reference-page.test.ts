import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { processConfigSchema } from './process-config.ts';

const page = readFileSync(new URL('../../../../docs/reference/process-plugin.md', import.meta.url), 'utf8');

it.each(Object.keys(processConfigSchema.shape))('the reference page explains %s', (key) => {
  expect(page).toMatch(new RegExp(`\`${key}[\`.]`));
});

it('the reference page has no key that is not read', () => {
  const rows = [...page.matchAll(/^\| `([\w.]+)`/gm)].map(([, key]) => key?.split('.')[0]);
  expect([...new Set(rows)].toSorted()).toEqual(Object.keys(processConfigSchema.shape).toSorted());
});
