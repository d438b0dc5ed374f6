import { describe, expect, it } from 'vitest';
import { isComplete } from './install-dependencies.mjs';

const wanted = {
  '': { name: 'workspace' },
  'packages/spec': { version: '0.1.0' },
  'node_modules/@interlink/spec': { resolved: 'packages/spec', link: true },
  'node_modules/yaml': { version: '2.9.1' },
  'node_modules/@esbuild/darwin-arm64': { version: '0.27.0', optional: true },
};
const without = (packages, ...paths) =>
  Object.fromEntries(Object.entries(packages).filter(([path]) => !paths.includes(path)));

const installed = without(wanted, '', 'node_modules/@esbuild/darwin-arm64');

describe('installed dependencies', () => {
  it('are complete without the packages of other platforms', () => {
    expect(isComplete(wanted, installed)).toBe(true);
  });

  it('are not complete when one is missing or of another version', () => {
    expect(isComplete({ ...wanted, 'node_modules/ws': { version: '8.18.0' } }, installed)).toBe(false);
    expect(isComplete({ ...wanted, 'node_modules/yaml': { version: '2.9.2' } }, installed)).toBe(false);
  });

  it('are not complete when a package of the workspace is not linked', () => {
    const unlinked = without(installed, 'node_modules/@interlink/spec');
    expect(isComplete(wanted, unlinked)).toBe(false);
  });
});
