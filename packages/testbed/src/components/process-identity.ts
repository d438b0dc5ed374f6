import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { InternalError } from '@interlink/spec';

/** A process that can be recognised later: numbers are used again, the time of the start tells the users apart. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in whatever form the system says it. */
  readonly started: string;
}

const stateField = 0;
const startField = 19;

async function startFromProc(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // The command's name stands in brackets and may hold blanks and brackets itself.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ended = fields[stateField] === 'Z' || fields[stateField] === 'X';
  return ended ? undefined : fields[startField];
}

async function startFromPs(pid: number): Promise<string | undefined> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=,lstart=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  const [state, ...start] = stdout.trim().split(/\s+/);
  return state === undefined || state === '' || state.startsWith('Z') ? undefined : start.join(' ');
}

/** The identity of a running process; undefined when there is none, or only its unburied rest. */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | undefined> {
  const started = process.platform === 'linux' ? await startFromProc(pid) : await startFromPs(pid);
  return started === undefined ? undefined : { pid, started };
}

/** The identity of this process. */
export async function identifySelf(): Promise<ProcessIdentity> {
  const self = await identifyProcess(process.pid);
  if (self === undefined) throw new InternalError('this process cannot be found in the process table');
  return self;
}

/** Whether this very process still runs. */
export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  return (await identifyProcess(identity.pid))?.started === identity.started;
}
