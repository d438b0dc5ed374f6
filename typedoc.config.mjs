import { OptionDefaults } from 'typedoc';

/**
 * API reference of every public package, in docs/api. It is a gate as well: an exported symbol without a docstring fails it.
 * Fields whose name and type say everything need none.
 */
export default {
  name: 'interLink',
  entryPointStrategy: 'packages',
  entryPoints: ['packages/*'],
  exclude: ['packages/testbed'],
  out: 'docs/api',
  disableSources: true,
  treatValidationWarningsAsErrors: true,
  // Files that a page points at stay where they are.
  validation: { invalidPath: false, notExported: false },
  packageOptions: {
    entryPoints: ['src/index.ts'],
    disableSources: true,
    requiredToBeDocumented: ['Variable', 'Function', 'Class', 'Interface', 'TypeAlias'],
    // The generator of the wire types writes these two.
    blockTags: [...OptionDefaults.blockTags, '@description'],
    modifierTags: [...OptionDefaults.modifierTags, '@constant'],
    validation: { notDocumented: true, notExported: false, invalidLink: true, invalidPath: false },
  },
};
