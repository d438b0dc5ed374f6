import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withBuilderLock } from '../cache/builder-lock.ts';
import { cachePath } from '../cache/cache-path.ts';
import { stageDirectory } from '../cache/stage-directory.ts';
import { debian13Recipe } from '../debian/debian-13-recipe.ts';
import { ensureDebian13 } from '../debian/ensure-debian-13.ts';
import type { Machine } from '../machine/machine.ts';
import { runToEnd } from '../machine/run-to-end.ts';
import { startMachine } from '../machine/start-machine.ts';
import { createProgress } from '../progress/create-progress.ts';
import type { EnsureOptions } from '../debian/ensure-options.ts';
import { imageRecipes, type ImageRecipe, type TestImageName } from './image-recipes.ts';
import { writeImageRoot } from './write-image-root.ts';
import { imageTag, writeOciLayout } from './write-oci-layout.ts';

/** One image in every form that a runtime takes. Nobody may write to any of them. */
export interface TestImage {
  readonly name: TestImageName;
  /** `<name>:1`, without a registry. */
  readonly reference: string;
  /** A directory with the bare root tree, which knows no entry point. */
  readonly rootTree: string;
  /** An Apptainer image. */
  readonly sif: string;
  /** An Apptainer image as a directory. */
  readonly sandbox: string;
  /** A directory, `oci:<directory>` to Apptainer and `oci:<directory>:1` to skopeo. */
  readonly ociLayout: string;
  /** The same as one file, `oci-archive:<file>`. */
  readonly ociArchive: string;
  /** `sha256:…` of the manifest. */
  readonly digest: string;
}

/** The images of tests. */
export interface TestImages {
  /** Holds them all: what a machine must share with the host to use them. */
  readonly directory: string;
  readonly images: Readonly<Record<TestImageName, TestImage>>;
}

const names = Object.keys(imageRecipes) as TestImageName[];
const formatVersion = 1; // Counted up when the way they are made changes.

async function readImage(directory: string, name: TestImageName): Promise<TestImage> {
  const at = (form: string): string => join(directory, name, form);
  return {
    name,
    reference: `${name}:${imageTag}`,
    rootTree: at('root'),
    sif: at('image.sif'),
    sandbox: at('sandbox'),
    ociLayout: at('oci'),
    ociArchive: at('oci.tar'),
    digest: await readFile(at('digest'), 'utf8'),
  };
}

async function readImages(directory: string): Promise<TestImages> {
  const [busybox, entrypoint, noShell] = await Promise.all([
    readImage(directory, 'busybox'),
    readImage(directory, 'entrypoint'),
    readImage(directory, 'no-shell'),
  ]);
  return { directory, images: { busybox, entrypoint, 'no-shell': noShell } };
}

async function buildImage(directory: string, recipe: ImageRecipe, busybox: string, machine: Machine): Promise<void> {
  const at = (form: string): string => join(directory, form);
  await writeImageRoot(at('root'), busybox, recipe);
  await writeFile(at('digest'), await writeOciLayout(at('oci'), at('root'), recipe));
  await runToEnd(['tar', '-cf', at('oci.tar'), '-C', at('oci'), '.'], { name: 'tar' });
  const source = `oci:${at('oci')}`; // Apptainer takes a tag for a part of the directory's name.
  await machine.run(['apptainer', '--quiet', 'build', at('image.sif'), source]);
  await machine.run(['apptainer', '--quiet', 'build', '--sandbox', at('sandbox'), source]);
  await machine.run(['chmod', 'a+rX', at('image.sif'), at('sandbox')]);
}

async function buildAll(directory: string, rootTree: string, options: EnsureOptions): Promise<void> {
  const own = await mkdtemp(join(tmpdir(), 'interlink-images-'));
  try {
    const machine = await startMachine({
      directory: own,
      rootTree,
      sharedDirectories: [directory],
      signal: options.signal,
    });
    try {
      for (const name of names) {
        await mkdir(join(directory, name));
        await buildImage(join(directory, name), imageRecipes[name], join(rootTree, 'usr/bin/busybox'), machine);
      }
    } finally {
      await machine[Symbol.asyncDispose]();
    }
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

/**
 * The images of tests, made on this machine from Debian 13's static busybox and cached; no registry is asked. Takes some seconds the first
 * time, after {@link ensureDebian13}, whose errors it shares.
 */
export async function ensureTestImages(options: EnsureOptions = {}): Promise<TestImages> {
  const { progress = createProgress(), environment = process.env } = options;
  const rootTree = await ensureDebian13({ ...options, progress });
  const content = JSON.stringify([formatVersion, debian13Recipe.name, imageRecipes]);
  const target = cachePath(environment, 'test-images', createHash('sha256').update(content).digest('hex').slice(0, 12));
  const isThere = (): Promise<boolean> =>
    access(target).then(
      () => true,
      () => false,
    );
  const work = async (): Promise<void> => {
    if (await isThere()) return;
    progress.say('making images for tests (about 10 s)');
    await stageDirectory(target, (staging) => buildAll(staging, rootTree, options));
  };
  if (!(await isThere())) await withBuilderLock(target, work, { ...options, progress, what: 'images for tests' });
  return readImages(target);
}
