import { chmod, copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runToEnd } from '../machine/run-to-end.ts';
import type { ImageRecipe } from './image-recipes.ts';

/** Places that a container engine mounts something over: without them it warns. */
const directories = ['dev', 'etc', 'home', 'proc', 'root', 'run', 'srv', 'sys', 'tmp', 'usr/share', 'var/tmp'];
const files = {
  'etc/group': 'root:x:0:\nuser:x:1000:\n',
  'etc/hosts': '127.0.0.1 localhost\n',
  'etc/localtime': '',
  'etc/nsswitch.conf': 'hosts: files dns\n',
  'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/home:/bin/sh\n',
  'etc/resolv.conf': '',
};

async function writePrograms(root: string, busybox: string): Promise<void> {
  await mkdir(join(root, 'bin'));
  await copyFile(busybox, join(root, 'bin/busybox'));
  await mkdir(join(root, 'usr/bin'));
  const { stdout } = await runToEnd([busybox, '--list'], { name: 'busybox' });
  for (const program of stdout.trim().split('\n')) {
    if (program !== 'busybox') await symlink('busybox', join(root, 'bin', program));
  }
  await symlink('../../bin/env', join(root, 'usr/bin/env'));
}

/** Writes the root tree of an image into an empty directory, around a statically linked busybox. */
export async function writeImageRoot(root: string, busybox: string, recipe: ImageRecipe): Promise<void> {
  await mkdir(root, { recursive: true });
  await chmod(root, 0o755);
  for (const directory of directories) await mkdir(join(root, directory), { recursive: true });
  for (const directory of ['tmp', 'var/tmp']) await chmod(join(root, directory), 0o1777);
  for (const [file, text] of Object.entries(files)) await writeFile(join(root, file), text);
  if (recipe.programs) await writePrograms(root, busybox);
  else await copyFile(busybox, join(root, 'busybox'));
  for (const [file, text] of Object.entries(recipe.files)) {
    await writeFile(join(root, file), text);
    await chmod(join(root, file), 0o755);
  }
}
