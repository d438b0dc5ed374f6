import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Longer than Slurm's programs try to reach a controller that does not answer. */
const deadlineMilliseconds = 20_000;

/** Variables that Slurm's programs need, as they are in this process; the plugin passes nothing else on. */
export type SlurmEnvironment = Readonly<Record<string, string>>;

/** The Slurm of this machine, or why there is none that answers, as half a sentence. */
export type FoundSlurm =
  { readonly version: string; readonly environment: SlurmEnvironment } | { readonly missing: string };

function slurmEnvironment(environment: NodeJS.ProcessEnv): SlurmEnvironment {
  const { PATH, SLURM_CONF } = environment;
  return { ...(PATH === undefined ? {} : { PATH }), ...(SLURM_CONF === undefined ? {} : { SLURM_CONF }) };
}

function describe(error: unknown): string {
  const { code, stderr } = error as { readonly code?: unknown; readonly stderr?: string };
  if (code === 'ENOENT') return 'there is no sbatch on PATH';
  const lines = (stderr ?? '').trim().split('\n');
  return `it does not answer (${lines.at(-1) || String(error)})`;
}

/** Looks for a Slurm that this user can submit to: `sbatch` is on PATH and `sinfo` answers. */
export async function findSlurm(environment: NodeJS.ProcessEnv = process.env): Promise<FoundSlurm> {
  const env = slurmEnvironment(environment);
  const ask = promisify(execFile);
  try {
    const { stdout } = await ask('sbatch', ['--version'], { env, timeout: deadlineMilliseconds });
    await ask('sinfo', ['--noheader'], { env, timeout: deadlineMilliseconds });
    return { version: stdout.trim().split(' ').at(-1) ?? '', environment: env };
  } catch (error) {
    return { missing: describe(error) };
  }
}
