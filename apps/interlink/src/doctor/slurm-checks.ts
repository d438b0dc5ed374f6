import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { parseNodes, type SlurmConfig } from '@interlink/plugin-slurm';
import { BackendError, UnavailableError, UnsupportedError } from '@interlink/spec';
import type { HopCheck } from './check-hop.ts';

type Ask = (words: readonly string[], ...args: readonly string[]) => Promise<string>;

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}

/** Slurm's programs first say what they read, and last that they give up; between stands what is wrong. */
function complaint(text: string): string {
  return /^.*\b(?:error|fatal|failure): .*$/m.exec(text)?.[0] ?? firstLine(text);
}

/** Runs a program as the plugin would: with the words before it, and no more environment than the configuration says. */
function createAsk({ wrapper, environment, deadlineSeconds }: SlurmConfig['commands']): Ask {
  return async (words, ...args) => {
    const [program = '', ...rest] = [...wrapper, ...words, ...args];
    const env = { ...environmentOfSlurm(), ...environment };
    try {
      const { stdout, stderr } = await promisify(execFile)(program, rest, { env, timeout: deadlineSeconds * 1000 });
      return stdout.trim() || stderr.trim();
    } catch (error) {
      const { code, stderr = '', stdout = '' } = error as { code?: unknown; stderr?: string; stdout?: string };
      if (code === 'ENOENT') throw new UnavailableError(`${program} is not on PATH`);
      throw new BackendError(complaint(stderr) || firstLine(stdout) || `${words.join(' ')} failed`);
    }
  };
}

function environmentOfSlurm(): Record<string, string> {
  const { PATH = '', SLURM_CONF } = process.env;
  return SLURM_CONF === undefined ? { PATH } : { PATH, SLURM_CONF };
}

async function lookAtQueue(ask: Ask, squeue: readonly string[]): Promise<string> {
  const jobs = (await ask(squeue, '--noheader', '--me')).split('\n').filter((line) => line !== '');
  return `it knows you; you have ${jobs.length} ${jobs.length === 1 ? 'job' : 'jobs'} in it`;
}

async function lookAtNodes(ask: Ask, scontrol: readonly string[]): Promise<string> {
  const nodes = parseNodes(await ask(scontrol, 'show', 'node', '--oneliner'));
  const usable = nodes.filter((node) => node.usable);
  if (usable.length === 0) throw new UnavailableError(`none of ${nodes.length} nodes can take jobs`);
  const cpus = usable.reduce((sum, node) => sum + node.cpus, 0);
  return `${usable.length} of ${nodes.length} can take jobs; they have ${cpus} CPUs`;
}

/** The checks one after the other; once one found its hop broken, the others are not made: each would wait for the same silence. */
function untilBroken(checks: readonly HopCheck[]): readonly HopCheck[] {
  let broken: string | undefined;
  return checks.map((check) => ({
    ...check,
    look: async () => {
      if (broken !== undefined) throw new UnsupportedError(`not asked, since ${broken} is broken`);
      try {
        return await check.look();
      } catch (error) {
        broken = check.hop;
        throw error;
      }
    },
  }));
}

/** The Slurm that a plugin with this configuration would use, from its programs to its nodes, asked as the user of this process. */
export function slurmChecks({ commands, flags }: SlurmConfig): readonly HopCheck[] {
  const ask = createAsk(commands);
  return untilBroken([
    {
      hop: 'Slurm programs',
      advice: 'install the clients of Slurm, load their module, or name them with --config',
      look: () => ask(commands.sbatch, '--version'),
    },
    {
      hop: 'slurmctld',
      advice: 'the controller is down or cannot be reached from here: check SLURM_CONF, or ask the administrators',
      look: () => ask(commands.scontrol, 'ping'),
    },
    {
      hop: 'queue',
      advice: 'the controller runs but does not answer this user: check munge, and the clocks on both sides',
      look: () => lookAtQueue(ask, commands.squeue),
    },
    {
      hop: 'compute nodes',
      advice: 'every job will wait: scontrol show node says why, and the administrators can mend it',
      look: () => lookAtNodes(ask, commands.scontrol),
    },
    {
      hop: 'submission',
      advice: 'jobs are refused as they are: check accounts and partitions, and flags.default of the configuration',
      look: async () => firstLine(await ask(commands.sbatch, '--test-only', ...flags.default, '--wrap=true')),
    },
  ]);
}
