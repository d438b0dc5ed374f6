import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  leaderElectionSchema,
  nodeEntrySchema,
  operationsSchema,
  processExtensions,
  processFileSchema,
} from './process-file-schema.ts';
import { extensionsSchema } from './virtual-kubelet-legacy-schema.ts';

const page = readFileSync(new URL('../../../../docs/reference/virtual-kubelet.md', import.meta.url), 'utf8');

it.each([
  ...Object.keys(processFileSchema.shape),
  ...Object.keys(nodeEntrySchema.shape),
  ...Object.keys(extensionsSchema.shape),
  ...Object.keys(leaderElectionSchema.shape),
  ...Object.keys(operationsSchema.shape),
])('the reference page explains %s', (key) => {
  expect(page).toMatch(new RegExp(`\`${key}[\`.]`));
});

it('the reference page has no extension that is not read', () => {
  const rows =
    page
      .split('## Extensions')[1]
      ?.split('\n## ')[0]
      ?.matchAll(/^\| `(\w+)` /gm) ?? [];
  expect([...rows].map(([, key]) => key).toSorted()).toEqual(
    [...Object.keys(extensionsSchema.shape), ...Object.keys(processExtensions)].toSorted(),
  );
});
