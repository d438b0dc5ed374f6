import { createHash } from 'node:crypto';
import { access, chmod, copyFile, link, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { withBuilderLock } from '../cache/builder-lock.ts';
import { cachePath } from '../cache/cache-path.ts';
import { stageDirectory } from '../cache/stage-directory.ts';
import { debian13Recipe } from '../debian/debian-13-recipe.ts';
import { ensureDebian13 } from '../debian/ensure-debian-13.ts';
import type { EnsureOptions } from '../debian/ensure-options.ts';
import { copyDebianProgram } from '../images/copy-debian-program.ts';
import { writeImageRoot } from '../images/write-image-root.ts';
import { writeOciLayout } from '../images/write-oci-layout.ts';
import { createProgress } from '../progress/create-progress.ts';
import { suiteImageRecipes, type SuiteImageRecipe } from './suite-image-recipes.ts';
import type { SuitePrograms } from './suite-programs.ts';

/** An image as {@link ensureSuiteImages} made it. */
export interface SuiteImage {
  /** As the suite asks for it, without the tag. */
  readonly name: string;
  readonly tag: string;
  /** Directory of the OCI layout. */
  readonly ociLayout: string;
}

/** The images of the suite. */
export interface SuiteImages {
  readonly directory: string;
  readonly images: readonly SuiteImage[];
}

const formatVersion = 1; // Counted up when the way they are made changes.

async function writePrograms(root: string, { programs }: SuiteImageRecipe): Promise<void> {
  for (const { source, paths, mode } of programs) {
    const [first, ...others] = paths.map((path) => join(root, path));
    if (first === undefined) continue;
    await mkdir(dirname(first), { recursive: true });
    await copyFile(source, first);
    await chmod(first, mode);
    for (const other of others) await link(first, other);
  }
}

async function replaceLink(path: string, target: string): Promise<void> {
  await rm(path, { force: true });
  await symlink(target, path);
}

async function buildImage(directory: string, tree: string, recipe: SuiteImageRecipe): Promise<void> {
  const root = join(directory, 'root');
  await writeImageRoot(root, join(tree, 'usr/bin/busybox'), recipe.recipe);
  await writePrograms(root, recipe);
  for (const program of recipe.debianPrograms) await copyDebianProgram(tree, program, root);
  for (const [path, target] of Object.entries(recipe.links)) await replaceLink(join(root, path), target);
  for (const [file, text] of Object.entries(recipe.texts)) await writeFile(join(root, file), text);
  await writeOciLayout(join(directory, 'oci'), root, recipe.recipe);
}

function directoryName({ repository, tag }: SuiteImageRecipe): string {
  return `${repository.split('/').at(-1) ?? ''}-${tag}`;
}

async function contentName(recipes: readonly SuiteImageRecipe[], { agnhost }: SuitePrograms): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([formatVersion, debian13Recipe.name, recipes]));
  return hash
    .update(await readFile(agnhost))
    .digest('hex')
    .slice(0, 12);
}

/**
 * Images under the names that the node specs ask for, made on this machine from busybox and agnhost and cached; no registry is asked.
 * Needs what {@link ensureDebian13} needs.
 */
export async function ensureSuiteImages(programs: SuitePrograms, options: EnsureOptions = {}): Promise<SuiteImages> {
  const { progress = createProgress(), environment = process.env } = options;
  const tree = await ensureDebian13({ ...options, progress });
  const recipes = suiteImageRecipes(programs);
  const target = cachePath(environment, 'kubernetes-test-images', await contentName(recipes, programs));
  const isThere = (): Promise<boolean> =>
    access(target).then(
      () => true,
      () => false,
    );
  const work = async (): Promise<void> => {
    if (await isThere()) return;
    progress.say('making the images of the Kubernetes tests (about 20 s)');
    await stageDirectory(target, async (staging) => {
      for (const recipe of recipes) await buildImage(join(staging, directoryName(recipe)), tree, recipe);
    });
  };
  if (!(await isThere())) await withBuilderLock(target, work, { ...options, progress, what: 'the images' });
  const images = recipes.map((recipe) => ({
    name: recipe.repository,
    tag: recipe.tag,
    ociLayout: join(target, directoryName(recipe), 'oci'),
  }));
  return { directory: target, images };
}
