import { join } from 'node:path';
import { InvalidInputError } from '@interlink/spec';
import { buildGoProgram, type BuildContext, type GoProgram } from '../binaries/build-go-program.ts';
import { defaultRelease } from '../binaries/kubernetes-release.ts';
import { withBuilderLock } from '../cache/builder-lock.ts';
import { stageDirectory } from '../cache/stage-directory.ts';
import type { Environment } from '../cache/cache-path.ts';
import type { EnsureOptions } from '../debian/ensure-options.ts';
import { createProgress } from '../progress/create-progress.ts';
import {
  missingSuitePrograms,
  suiteCacheDirectory,
  suiteDirectoryVariable,
  suiteProgramsIn,
  type SuiteProgramName,
  type SuitePrograms,
} from './suite-programs.ts';

const module = 'kubernetes-tests';
const { version } = defaultRelease;

const goPrograms: Readonly<Record<SuiteProgramName, GoProgram>> = {
  agnhost: {
    module,
    version,
    package: 'k8s.io/kubernetes/test/images/agnhost',
    title: 'building agnhost, what the containers of the suite run, with Go',
    usualTime: '3 minutes on 2 cores',
    variables: { CGO_ENABLED: '0' }, // It runs in images without a C library.
  },
  ginkgo: {
    module,
    version,
    package: 'github.com/onsi/ginkgo/v2/ginkgo',
    title: 'building ginkgo with Go',
    usualTime: 'half a minute',
  },
  'e2e.test': {
    module,
    version,
    package: 'k8s.io/kubernetes/test/e2e',
    kind: 'test',
    title: 'building the end-to-end tests of Kubernetes with Go',
    usualTime: '12 minutes on 2 cores, 2 GB of modules and objects in the Go caches',
  },
};

/**
 * The programs of the suite when they are there: in the directory that `INTERLINK_KUBERNETES_TESTS_DIR` names, else in the cache; nothing
 * is built. `InvalidInputError` when the named directory lacks one.
 */
export async function findSuitePrograms(environment: Environment = process.env): Promise<SuitePrograms | undefined> {
  const named = environment[suiteDirectoryVariable];
  const directory = named === undefined || named === '' ? suiteCacheDirectory(environment) : named;
  const missing = await missingSuitePrograms(directory);
  if (missing.length === 0) return suiteProgramsIn(directory);
  if (directory !== named) return undefined;
  throw new InvalidInputError(`${suiteDirectoryVariable} is ${named}, which lacks ${missing.join(', ')}`, {
    field: suiteDirectoryVariable,
  });
}

async function buildAll(directory: string, context: BuildContext): Promise<void> {
  for (const [name, program] of Object.entries(goPrograms)) {
    await buildGoProgram(program, join(directory, name), context);
  }
}

/**
 * Finds the programs of Kubernetes' end-to-end suite, or builds them from Go modules: about 15 minutes on 2 cores, once. Of several
 * processes one builds and the others wait. `BackendError` with Go's words when it cannot.
 */
export async function ensureSuitePrograms(options: EnsureOptions = {}): Promise<SuitePrograms> {
  const { progress = createProgress(), environment = process.env, signal } = options;
  const target = suiteCacheDirectory(environment);
  const build = async (): Promise<SuitePrograms> => {
    const found = await findSuitePrograms(environment); // Perhaps who held the lock before has made them.
    if (found) return found;
    await stageDirectory(target, (staging) => buildAll(staging, { environment, progress, signal }));
    return suiteProgramsIn(target);
  };
  const found = await findSuitePrograms(environment);
  return found ?? (await withBuilderLock(target, build, { progress, signal, what: 'the tests of Kubernetes' }));
}
