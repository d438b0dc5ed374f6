import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { BackendError, InvalidInputError, UnavailableError } from '@interlink/spec';
import { withBuilderLock } from '../cache/builder-lock.ts';
import { cachePath } from '../cache/cache-path.ts';
import { stageDirectory } from '../cache/stage-directory.ts';
import { buildDebian13 } from './build-debian-13.ts';
import { debian13Programs, debian13Recipe } from './debian-13-recipe.ts';
import { ensurePrograms } from './debian-packages.ts';
import { toInstallContext, type EnsureOptions, type InstallContext } from './ensure-options.ts';
import { findDebianMirror, mirrorVariable } from './find-debian-mirror.ts';

const rootVariable = 'INTERLINK_DEBIAN_13_ROOT';

async function missingFrom(tree: string): Promise<string[]> {
  const isMissing = (program: string): Promise<boolean> =>
    access(join(tree, program)).then(
      () => false,
      () => true,
    );
  const missing = await Promise.all(debian13Programs.map(isMissing));
  return debian13Programs.filter((_, index) => missing[index] === true);
}

async function checkNamed(tree: string): Promise<string> {
  const missing = await missingFrom(tree);
  if (missing.length === 0) return tree;
  throw new InvalidInputError(`${rootVariable} is ${tree}, which lacks ${missing.join(', ')}`, { field: rootVariable });
}

async function make(target: string, context: InstallContext): Promise<void> {
  if (context.userId !== 0) {
    throw new UnavailableError(
      `there is no Debian 13 root in ${target}, and only root can make one: run this once with sudo, or set ${rootVariable} to one`,
    );
  }
  await ensurePrograms({ what: 'debootstrap', programs: ['debootstrap'], packages: ['debootstrap'] }, context);
  const mirror = await findDebianMirror(context.environment);
  if (mirror === undefined) {
    throw new UnavailableError(
      `a Debian 13 root needs a mirror of Debian; set ${mirrorVariable} to the address of one`,
    );
  }
  await stageDirectory(target, async (staging) => {
    await buildDebian13(staging, mirror, context);
    const missing = await missingFrom(staging);
    if (missing.length > 0) throw new BackendError(`the new Debian 13 root lacks ${missing.join(', ')}`);
  });
}

/**
 * Path of a root tree of Debian 13 with Slurm 24.11, Apptainer, skopeo and docker-registry: the one that `INTERLINK_DEBIAN_13_ROOT`
 * names, else the cache's, which is made (root, debootstrap and a mirror of Debian; about a minute) when it is not there. Of several
 * processes one makes it and the others wait. `UnavailableError` of one line where it cannot be had. Nobody may write to it.
 */
export async function ensureDebian13(options: EnsureOptions = {}): Promise<string> {
  const context = toInstallContext(options);
  const named = context.environment[rootVariable];
  if (named !== undefined && named !== '') return checkNamed(named);
  const target = cachePath(context.environment, 'debian-13', debian13Recipe.name, process.arch);
  if ((await missingFrom(target)).length === 0) return target;
  const work = async (): Promise<void> => {
    if ((await missingFrom(target)).length > 0) await make(target, context);
  };
  await withBuilderLock(target, work, { ...context, what: 'a Debian 13 root' });
  return target;
}
