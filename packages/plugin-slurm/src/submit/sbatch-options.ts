/** Whether an option of `sbatch` takes a value. */
export type OptionValue = 'required' | 'optional' | 'none';

/** One option of `sbatch`. */
export interface SbatchOption {
  readonly short?: string;
  readonly value: OptionValue;
  /**
   * What a site lets pods do with it before it says otherwise. `reserved`: the plugin sets it or needs it unset, no site can allow it.
   */
  readonly pods: 'allowed' | 'denied' | 'reserved';
}

const allowed = (value: OptionValue = 'required', short?: string): SbatchOption => describe('allowed', value, short);
const denied = (value: OptionValue = 'required', short?: string): SbatchOption => describe('denied', value, short);
const reserved = (value: OptionValue = 'required', short?: string): SbatchOption => describe('reserved', value, short);

function describe(pods: SbatchOption['pods'], value: OptionValue, short: string | undefined): SbatchOption {
  return { pods, value, ...(short === undefined ? {} : { short }) };
}

/** The options of `sbatch`, by their long names, from the manual pages of Slurm 20.02 to 24.11. */
export const sbatchOptions: Readonly<Record<string, SbatchOption>> = {
  account: allowed('required', 'A'),
  'acctg-freq': denied(),
  array: reserved('required', 'a'),
  batch: denied(),
  bb: denied(),
  bbf: denied(),
  begin: allowed('required', 'b'),
  chdir: reserved('required', 'D'),
  'cluster-constraint': denied(),
  clusters: reserved('required', 'M'),
  comment: reserved(),
  constraint: allowed('required', 'C'),
  container: reserved(),
  'container-id': reserved(),
  contiguous: allowed('none'),
  'core-spec': allowed('required', 'S'),
  'cores-per-socket': allowed(),
  'cpu-freq': allowed(),
  'cpus-per-gpu': allowed(),
  'cpus-per-task': allowed('required', 'c'),
  deadline: allowed(),
  'delay-boot': denied(),
  dependency: allowed('required', 'd'),
  distribution: allowed('required', 'm'),
  error: reserved('required', 'e'),
  exclude: allowed('required', 'x'),
  exclusive: allowed('optional'),
  export: reserved(),
  'export-file': reserved(),
  extra: denied(),
  'extra-node-info': allowed('required', 'B'),
  'get-user-env': reserved('optional'),
  gid: reserved(),
  'gpu-bind': allowed(),
  'gpu-freq': allowed(),
  gpus: allowed('required', 'G'),
  'gpus-per-node': allowed(),
  'gpus-per-socket': allowed(),
  'gpus-per-task': allowed(),
  gres: allowed(),
  'gres-flags': allowed(),
  help: reserved('none', 'h'),
  hint: allowed(),
  hold: denied('none', 'H'),
  'ignore-pbs': reserved('none'),
  input: reserved('required', 'i'),
  'job-name': allowed('required', 'J'),
  'kill-on-invalid-dep': allowed(),
  licenses: allowed('required', 'L'),
  'mail-type': denied(),
  'mail-user': denied(),
  'mcs-label': denied(),
  mem: allowed(),
  'mem-bind': allowed(),
  'mem-per-cpu': allowed(),
  'mem-per-gpu': allowed(),
  mincpus: allowed(),
  network: denied(),
  nice: allowed('optional'),
  'no-kill': denied('optional', 'k'),
  'no-requeue': reserved('none'),
  nodefile: reserved('required', 'F'),
  nodelist: allowed('required', 'w'),
  nodes: allowed('required', 'N'),
  ntasks: allowed('required', 'n'),
  'ntasks-per-core': allowed(),
  'ntasks-per-gpu': allowed(),
  'ntasks-per-node': allowed(),
  'ntasks-per-socket': allowed(),
  'open-mode': reserved(),
  'oom-kill-step': denied('optional'),
  output: reserved('required', 'o'),
  overcommit: allowed('none', 'O'),
  oversubscribe: allowed('none', 's'),
  parsable: reserved('none'),
  partition: allowed('required', 'p'),
  power: denied(),
  prefer: allowed(),
  priority: denied(),
  profile: denied(),
  propagate: reserved('optional'),
  qos: allowed('required', 'q'),
  quiet: reserved('none', 'Q'),
  reboot: denied('none'),
  requeue: reserved('none'),
  reservation: allowed(),
  resv: denied(),
  'resv-ports': denied('optional'),
  segment: allowed(),
  signal: reserved(),
  'sockets-per-node': allowed(),
  'spread-job': allowed('none'),
  stepmgr: denied('none'),
  switches: allowed(),
  'test-only': reserved('none'),
  'thread-spec': allowed(),
  'threads-per-core': allowed(),
  time: allowed('required', 't'),
  'time-min': allowed(),
  tmp: allowed(),
  'tres-bind': allowed(),
  'tres-per-task': allowed(),
  uid: reserved(),
  umask: reserved(),
  usage: reserved('none'),
  'use-min-nodes': allowed('none'),
  verbose: reserved('none', 'v'),
  version: reserved('none', 'V'),
  wait: reserved('none', 'W'),
  'wait-all-nodes': denied(),
  wckey: allowed(),
  wrap: reserved(),
};

/** The long name of a short option. */
export const longNames: ReadonlyMap<string, string> = new Map(
  Object.entries(sbatchOptions).flatMap(([name, { short }]) => (short === undefined ? [] : [[short, name] as const])),
);
