/** One node of the cluster. */
export interface SlurmNode {
  readonly name: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** GPUs of all types. */
  readonly gpus: number;
  /** Whether jobs can start there, now or once others have ended. */
  readonly usable: boolean;
}

const bytesPerMebibyte = 1024 * 1024;
/** Beginnings of states. A node that is powered down is not among them: Slurm powers it up for a job. */
const unusable = ['DOWN', 'DRAIN', 'ERROR', 'FAIL', 'FUTURE', 'INVAL', 'MAINT', 'NOT_RESPONDING', 'UNKNOWN'];

/** The nodes in the output of `scontrol show node --oneliner`, which has had this form in every version of Slurm. */
export function parseNodes(text: string): SlurmNode[] {
  return text.split('\n').flatMap((line) => parseNode(line) ?? []);
}

function parseNode(line: string): SlurmNode | undefined {
  const name = valueOf(line, 'NodeName');
  const cpus = Number(valueOf(line, 'CPUEfctv') ?? valueOf(line, 'CPUTot'));
  const mebibytes = Number(valueOf(line, 'RealMemory'));
  if (name === undefined || Number.isNaN(cpus) || Number.isNaN(mebibytes)) return undefined;
  const state = valueOf(line, 'State') ?? 'UNKNOWN';
  return {
    name,
    cpus,
    memoryBytes: mebibytes * bytesPerMebibyte,
    gpus: countGpus(valueOf(line, 'Gres') ?? ''),
    usable:
      !state.includes('*') && !state.split(/[+*~#!%$@^-]/).some((word) => unusable.some((bad) => word.startsWith(bad))),
  };
}

function valueOf(line: string, key: string): string | undefined {
  return new RegExp(`(?:^|\\s)${key}=(\\S*)`).exec(line)?.[1];
}

/** `gpu:a100:2(S:0-1),gpu:4,nic:1` has six. */
function countGpus(gres: string): number {
  const counts = gres
    .replace(/\([^)]*\)/g, '')
    .split(',')
    .map((entry) => /^gpu(?::[^:]+)?:(\d+)$/.exec(entry)?.[1] ?? (entry === 'gpu' ? '1' : '0'));
  return counts.reduce((sum, count) => sum + Number(count), 0);
}
