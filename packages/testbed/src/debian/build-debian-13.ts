import { chmod, copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../binaries/run-command.ts';
import { runToEnd } from '../machine/run-to-end.ts';
import type { ProgressTask } from '../progress/progress.ts';
import type { InstallContext } from './ensure-options.ts';
import { debian13Recipe } from './debian-13-recipe.ts';

/** How much each step says, in lines: the only measure of progress that there is. */
const usualLines = { debootstrap: 400, apt: 560 };

function countLines(task: ProgressTask): (line: string) => void {
  const usual = usualLines.debootstrap + usualLines.apt;
  let lines = 0;
  return (line) => {
    lines += 1;
    task.update(Math.min(lines / usual, 0.99), line.slice(0, 60));
  };
}

/** The machine's proxies and other ways to get packages also hold for the apt in the tree. */
async function writeAptSettings(tree: string, signal: AbortSignal | undefined): Promise<void> {
  const { stdout } = await runToEnd(['apt-config', 'dump', 'Acquire'], { name: 'apt-config', signal }).catch(() => ({
    stdout: '',
  }));
  await writeFile(join(tree, 'etc/apt/apt.conf.d/testbed'), stdout);
  for (const file of ['etc/resolv.conf', 'etc/hosts']) await copyFile(join('/', file), join(tree, file));
}

/** Makes the tree in an empty directory, from a mirror of Debian. Needs root and debootstrap. */
export async function buildDebian13(tree: string, mirror: string, context: InstallContext): Promise<void> {
  const { environment, signal, progress } = context;
  const task = progress.begin('making a Debian 13 root with Slurm and Apptainer', '1 minute');
  const onLine = countLines(task);
  try {
    await chmod(tree, 0o755); // It becomes the root directory of users other than us.
    const bootstrap = [
      'debootstrap',
      '--variant=minbase',
      '--include=ca-certificates',
      'trixie',
      tree,
      mirror,
    ] as const;
    await runCommand({ argv: bootstrap, environment, onLine, signal });
    await writeAptSettings(tree, signal);
    // A killed build must leave no process and no mount behind.
    const namespaces = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--'] as const;
    const { script, packages } = debian13Recipe;
    const argv = [...namespaces, 'chroot', tree, 'sh', '-c', script, 'install', mirror, ...packages] as const;
    await runCommand({
      argv,
      environment: { ...environment, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
      onLine,
      signal,
    });
    task.update(1);
  } finally {
    task.end();
  }
}
