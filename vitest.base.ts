import { defineConfig } from 'vitest/config';

/** Tests run on the sources of every package: the `@interlink/source` condition makes a build unnecessary. */
export const packageTests = defineConfig({
  resolve: { conditions: ['@interlink/source', 'node', 'import', 'default'] },
  ssr: { resolve: { conditions: ['@interlink/source', 'node', 'import', 'default'] } },
  test: {
    include: ['{src,test,scripts}/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
