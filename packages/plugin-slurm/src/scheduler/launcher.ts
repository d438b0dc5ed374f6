import { createHash } from 'node:crypto';
import type { Host } from '@interlink/batch';

const ownerOnly = 0o700;
const hashLength = 16;
const launcherName = 'launch.sh';

/** What a site wants to be run on the node before the runner. */
export interface LauncherOptions {
  /** Absolute path of bash on the compute nodes. */
  readonly shell: string;
  /** Shell text of the site's administrator, e.g. `module load apptainer`. */
  readonly commandPrefix: string;
}

/** The batch script of every job. Made of the site's configuration alone: what a pod says comes as arguments and files. */
export function formatLauncher({ shell, commandPrefix }: LauncherOptions): string {
  return `#!${shell}
# The batch script of every job: JOB_DIRECTORY PROGRAM [ARGUMENT...].
interlink_job=$1
shift
${commandPrefix}
if [[ -e $interlink_job/preamble ]]; then
  . "$interlink_job/preamble"
fi
exec "$@"
`;
}

function launcherDirectory(root: string, content: string): string {
  return `${root}/.slurm/${createHash('sha256').update(content).digest('hex').slice(0, hashLength)}`;
}

/** Where the launcher lies in a work directory: under its content's hash. */
export function launcherPath(root: string, options: LauncherOptions): string {
  return `${launcherDirectory(root, formatLauncher(options))}/${launcherName}`;
}

/** Puts the launcher into the work directory and gives its path. */
export async function installLauncher(host: Host, root: string, options: LauncherOptions): Promise<string> {
  const content = formatLauncher(options);
  const directory = launcherDirectory(root, content);
  if ((await host.list(directory)) === undefined) {
    await host.makeDirectories([`${root}/.slurm`]);
    await host.createTree(directory, [{ kind: 'file', path: launcherName, mode: ownerOnly, content, durable: true }]);
  }
  return launcherPath(root, options);
}
