import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Machine } from '../machine/machine.ts';

const programs = [
  ...['sbatch', 'squeue', 'scancel', 'scontrol', 'sinfo', 'sacct', 'sacctmgr', 'sdiag', 'sprio', 'sstat'],
  ...['srun', 'salloc', 'sattach', 'sbcast', 'scrontab', 'strigger'],
  ...['apptainer', 'singularity', 'skopeo'],
];

/** Runs `$2…` in the directory `$1`, or in `/` where the machine has no such directory. */
const inDirectory = 'cd "$1" 2>/dev/null || cd /; shift; exec "$@"';

/** Writes shell scripts that run the programs of the same name in the machine. */
export async function writePrograms(machine: Machine, directory: string): Promise<void> {
  for (const program of programs) {
    const command = machine.wrap(['sh', '-c', inDirectory, 'sh']).map((word) => `'${word}'`);
    const script = `#!/bin/sh\nexec ${command.join(' ')} "$PWD" /usr/bin/${program} "$@"\n`;
    await writeFile(join(directory, program), script, { mode: 0o755 });
  }
}
