import type { CommandResult, Host, JobCommand } from '@interlink/batch';
import {
  createCallMeter,
  createMetrics,
  systemClock,
  type CallMeter,
  type Clock,
  type Metrics,
} from '@interlink/runtime';
import { BackendError, isInterLinkError, UnavailableError } from '@interlink/spec';
import { parseJobId } from '../submit/parse-job-id.ts';
import { commandLine } from './command-line.ts';
import { isRefused, refusal } from './map-refusal.ts';
import { createWorkSlots } from './work-slots.ts';

/** The programs of Slurm, each as the words that start it. */
export interface SlurmCommands {
  readonly sbatch: readonly string[];
  readonly scancel: readonly string[];
  readonly squeue: readonly string[];
  readonly sacct: readonly string[];
  readonly scontrol: readonly string[];
  readonly srun: readonly string[];
}

/** What {@link createSlurmClient} needs. */
export interface SlurmClientOptions {
  readonly host: Host;
  readonly commands: SlurmCommands;
  /** The whole environment of the programs: nothing of this process's, which may hold credentials. */
  readonly environment: Readonly<Record<string, string>>;
  /** How long a program may take, in seconds. */
  readonly deadlineSeconds: number;
  /** Where calls are counted and timed, by program. Default: nowhere. */
  readonly metrics?: Metrics | undefined;
  /** Default: the machine's clock. */
  readonly clock?: Clock | undefined;
}

/** A job that runs. */
export interface RunningJob {
  readonly id: string;
  /** Where its runner is. */
  readonly node: string | undefined;
}

/** Slurm's programs, run without a shell. */
export interface SlurmClient {
  readonly commands: SlurmCommands;
  /**
   * Runs a program to its end. A refusal rejects with `BackendError`, a Slurm that does not answer with `UnavailableError`, and so does an
   * `sbatch` that may have submitted.
   */
  run(program: keyof SlurmCommands, args: readonly string[], stdin?: string): Promise<CommandResult>;
  /** The user that the programs run as, where they run: behind a wrapper it may be another than here. Asked once. */
  userId(): Promise<string>;
  /** The command line that runs a command in a running job; see `Scheduler.enter`. */
  enter(job: RunningJob, command: readonly string[]): JobCommand;
}

/**
 * So many calls of a program at once. slurmctld takes them one after the other anyway, and a thousand pods must not become a thousand
 * processes on a login node; a question about the queue does not wait behind them, since each program has slots of its own.
 */
const callsAtOnce = 16;

/**
 * A step of one task that shares what the batch step holds, and is bound to none of its processors. Of several nodes 24.11 takes one after the other
 * whatever `--relative` says, so the node is named. Without `--unbuffered` a prompt waits for the end of its line.
 */
const stepOptions = [
  '--overlap',
  '--nodes=1',
  '--ntasks=1',
  '--cpu-bind=none',
  '--mpi=none',
  '--unbuffered',
  '--quiet',
  '--chdir=/',
];

/** A {@link SlurmClient} on a host. */
export function createSlurmClient(options: SlurmClientOptions): SlurmClient {
  const { host, commands, environment, deadlineSeconds } = options;
  const meter = createProgramMeter(options);
  const slots = new Map(Object.keys(commands).map((program) => [program, createWorkSlots(callsAtOnce)]));
  let user: string | undefined;
  return {
    commands,
    run: (program, args, stdin) =>
      meter(program, async () => {
        const how = { environment, deadlineSeconds, ...(stdin === undefined ? {} : { stdin }) };
        const call = (): Promise<CommandResult> => host.run(commandLine(commands[program], args), how);
        const result = await start(() => slots.get(program)?.run(call) ?? call());
        if (result.exitCode === 0) return result;
        throw failure(program, result);
      }),
    async userId() {
      if (user !== undefined) return user;
      // In place of `sacct`, behind the same words.
      const argv = commandLine([...commands.sacct.slice(0, -1), 'id'], ['-u']);
      const { stdout, stderr } = await start(() => host.run(argv, { environment, deadlineSeconds }));
      user = /^\d+$/.exec(stdout.trim())?.[0];
      if (user === undefined) throw new UnavailableError(`id gave no user: ${tidy(stderr || stdout)}`);
      return user;
    },
    enter: ({ id, node }, command) => ({
      argv: commandLine(commands.srun, [
        `--jobid=${id}`,
        ...(node === undefined ? [] : [`--nodelist=${node}`]),
        ...stepOptions,
        ...command,
      ]),
      environment,
    }),
  };
}

/** Waiting for one's turn counts: it is what a pod waits for. */
function createProgramMeter({ metrics = createMetrics(), clock = systemClock }: SlurmClientOptions): CallMeter {
  return createCallMeter({
    metrics,
    clock,
    name: 'interlink_slurm_command',
    help: ["Runs of Slurm's programs, by program and the code of their end.", 'How long they take.'],
    label: 'program',
    codeOf: (error) => (isInterLinkError(error) ? error.code : 'ILK_INTERNAL'),
  });
}

/** A program that is not there is a matter of the site, not of the pod: it may be there again. */
async function start(run: () => Promise<CommandResult>): Promise<CommandResult> {
  try {
    return await run();
  } catch (error) {
    if (!isInterLinkError(error) || error.retryable) throw error;
    throw new UnavailableError(error.message, { cause: error });
  }
}

/** What Slurm's programs print when the daemon cannot be asked, or does not answer in time. */
const unreachable = [
  'Unable to contact slurm controller',
  'Socket timed out',
  'Connection refused',
  'connect failure',
  'Zero Bytes were transmitted',
  'Slurm backup controller in standby',
  'Slurm temporarily unable',
  'Transport endpoint',
  'Could not establish a configuration source',
  'Resource temporarily unavailable',
  'Protocol authentication error',
  'Invalid authentication credential',
  'Munge (?:en|de)code failed',
  'Communication connection failure',
  'error: (?:Insane|Unexpected) ',
].join('|');
const unreachablePattern = new RegExp(unreachable, 'i');

const startProblem = 126;

function failure(program: keyof SlurmCommands, result: CommandResult): Error {
  const { exitCode, stdout, stderr } = result;
  const said = stderr || stdout;
  const text = tidy(said);
  const message = `${program}: ${text === '' ? `exit code ${exitCode}` : text}`;
  const details = { exitCode };
  // With its number the job is there, whatever failed afterwards.
  const isSubmitted = program === 'sbatch' && parseJobId(stdout) !== undefined;
  if (isSubmitted || unreachablePattern.test(said) || isNotStarted(program, result))
    return new UnavailableError(message, { details });
  const known = refusal(said, message, details);
  if (known) return known;
  // The job may be in the queue: a final error would leave it there with nobody to look for it.
  if (program === 'sbatch' && !isRefused(said)) return new UnavailableError(message, { details });
  return new BackendError(message, { details });
}

/** A wrapper such as ssh could not start the program. Slurm's programs too have exit codes up to 255, but say who they are. */
function isNotStarted(program: string, { exitCode, stderr }: CommandResult): boolean {
  return exitCode >= startProblem && !new RegExp(`^(?:${program}: |slurm_load_)`, 'm').test(stderr);
}

const longestText = 1000;

/** `sbatch: error: Batch job submission failed: Invalid partition` without what stands before each line. */
export function tidy(text: string): string {
  const lines = text.split('\n').map((line) => line.trim().replace(/^\w+: (?:error|fatal): /, ''));
  return lines
    .filter((line) => line !== '')
    .join('; ')
    .slice(0, longestText);
}
