import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { cachePath, type Environment } from '../cache/cache-path.ts';
import { defaultRelease } from '../binaries/kubernetes-release.ts';
import { toPlatform } from '../binaries/source.ts';

/** The programs that a run of Kubernetes' end-to-end suite takes, under the names that Kubernetes releases give them. */
export const suiteProgramNames = ['e2e.test', 'ginkgo', 'agnhost'] as const;

/** One of {@link suiteProgramNames}. */
export type SuiteProgramName = (typeof suiteProgramNames)[number];

/** Where they are on this machine. */
export interface SuitePrograms {
  readonly directory: string;
  /** The suite itself. */
  readonly suite: string;
  /** Runs it in several processes. */
  readonly ginkgo: string;
  /** What most containers of the suite run. */
  readonly agnhost: string;
}

/** The directory that a user names. */
export const suiteDirectoryVariable = 'INTERLINK_KUBERNETES_TESTS_DIR';

/** `$XDG_CACHE_HOME/interlink/kubernetes-tests/<version>/<os>-<architecture>`. */
export function suiteCacheDirectory(environment: Environment): string {
  const { os, architecture } = toPlatform(process.platform, process.arch);
  return cachePath(environment, 'kubernetes-tests', defaultRelease.version, `${os}-${architecture}`);
}

/** The paths of all programs in a directory, whether they exist or not. */
export function suiteProgramsIn(directory: string): SuitePrograms {
  const at = (name: SuiteProgramName): string => join(directory, name);
  return { directory, suite: at('e2e.test'), ginkgo: at('ginkgo'), agnhost: at('agnhost') };
}

/** The programs that a directory lacks. */
export async function missingSuitePrograms(directory: string): Promise<SuiteProgramName[]> {
  const isThere = (name: string): Promise<boolean> =>
    access(join(directory, name), constants.X_OK).then(
      () => true,
      () => false,
    );
  const present = await Promise.all(suiteProgramNames.map(isThere));
  return suiteProgramNames.filter((_, index) => present[index] !== true);
}
