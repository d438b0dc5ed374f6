import type { MachineRunOptions } from './machine.ts';

/** Where Debian has its programs. */
const programPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** A machine as seen from the host. */
export interface MachineEntrance {
  /** Its process 1. */
  readonly pid: number;
  /** Whether it has a root of its own: then the caller's PATH means nothing in it. */
  readonly ownRoot: boolean;
}

/**
 * The command that runs another one in a machine. It ends when whoever waits for it does, since a killed
 * `nsenter` leaves alone what it started.
 */
export function buildEnterCommand(
  { pid, ownRoot }: MachineEntrance,
  argv: readonly string[],
  { directory = '/', user }: Pick<MachineRunOptions, 'directory' | 'user'> = {},
): readonly [string, ...string[]] {
  const asUser = user === undefined ? [] : [`--reuid=${user}`, `--regid=${user}`, '--init-groups'];
  const environment = [
    ...(ownRoot ? [`PATH=${programPath}`] : []),
    ...(user === undefined ? [] : [`HOME=/home/${user}`, `USER=${user}`, `LOGNAME=${user}`]),
  ];
  return [
    'nsenter',
    `--target=${pid}`,
    '--mount',
    '--pid',
    '--',
    'setpriv',
    '--pdeathsig=KILL',
    ...asUser,
    '--',
    'env',
    `--chdir=${directory}`,
    '--',
    ...environment,
    ...argv,
  ];
}
