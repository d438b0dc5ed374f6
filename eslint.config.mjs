import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

/** Who may import whom: the table of docs/architecture. A package that is not listed may be imported by apps alone. */
const layers = {
  spec: [],
  runtime: ['spec'],
  'plugin-sdk': ['spec', 'runtime'],
  kube: ['spec', 'runtime'],
  batch: ['spec', 'runtime', 'plugin-sdk'],
  'api-server': ['spec', 'runtime', 'plugin-sdk'],
  'virtual-kubelet': ['spec', 'runtime', 'plugin-sdk', 'kube'],
  'plugin-process': ['spec', 'runtime', 'plugin-sdk', 'batch', 'ssh'],
  'plugin-slurm': ['spec', 'runtime', 'plugin-sdk', 'batch', 'ssh'],
  conformance: ['spec', 'plugin-sdk'],
  testbed: ['spec', 'runtime'],
};

/** What tests may import besides: the kits that exist for them. */
const testLayers = ['testbed', 'conformance'];

const moduleBoundaries = (alsoAllowed) => [
  'error',
  {
    enforceBuildableLibDependency: false,
    banTransitiveDependencies: true,
    allow: ['\\.\\./\\.\\./(tsup|vitest)\\.base\\.ts'],
    depConstraints: [
      ...Object.entries(layers).map(([name, allowed]) => ({
        sourceTag: `package:${name}`,
        onlyDependOnLibsWithTags: [name, ...allowed, ...alsoAllowed].map((other) => `package:${other}`),
      })),
      { sourceTag: 'package:app', onlyDependOnLibsWithTags: Object.keys(layers).map((name) => `package:${name}`) },
    ],
  },
];

const testFiles = ['**/*.test.ts', '**/test/**/*.ts', '**/testing/**/*.ts', 'benchmarks/**/*.ts'];

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', '.nx/', 'packages/spec/src/generated/', 'docs/'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': moduleBoundaries([]),
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      // A leading underscore says: held for its disposal, or left out on purpose.
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'exit', message: 'Set process.exitCode, or return a code from main.' },
      ],
    },
  },
  {
    files: testFiles,
    rules: {
      '@nx/enforce-module-boundaries': moduleBoundaries(testLayers),
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'off',
    },
  },
  { files: ['**/*.mjs', '**/*.config.ts', '*.base.ts'], ...tseslint.configs.disableTypeChecked },
  { files: ['**/*.mjs'], rules: { '@typescript-eslint/explicit-module-boundary-types': 'off' } },
  { files: ['**/*.mjs'], languageOptions: { globals: { process: 'readonly', console: 'readonly' } } },
);
