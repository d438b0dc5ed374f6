import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runToEnd } from '../machine/run-to-end.ts';

/** Paths in what ldd(1) prints: `libc.so.6 => /lib/… (0x…)`, and `/lib64/ld-linux-x86-64.so.2 (0x…)` of the loader. */
function parseLibraries(text: string): string[] {
  return [...text.matchAll(/(?:=>\s*|^\s*)(\/\S+) \(0x/gm)].map(([, path = '']) => path);
}

/**
 * Copies a program of a root tree, with the libraries that it loads, to the same paths in an image. Needs root, since it looks
 * from inside the tree.
 */
export async function copyDebianProgram(tree: string, program: string, image: string): Promise<void> {
  const { stdout } = await runToEnd(['chroot', tree, 'ldd', program], { name: 'ldd' });
  for (const path of [program, ...parseLibraries(stdout)]) {
    await mkdir(dirname(join(image, path)), { recursive: true });
    await copyFile(join(tree, path), join(image, path));
  }
}
