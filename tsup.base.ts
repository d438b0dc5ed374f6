import type { Options } from 'tsup';

/** How every package is built: one ESM bundle per entry, declarations and source maps; dependencies stay outside. */
export function packageBuild(entry: Record<string, string> = { index: 'src/index.ts' }): Options {
  return {
    entry,
    format: ['esm'],
    target: 'node22',
    platform: 'node',
    dts: true,
    sourcemap: true,
    clean: true,
    treeshake: true,
  };
}
