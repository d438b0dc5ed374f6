import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { ConflictError } from '@interlink/spec';
import { endProcess } from '../components/end-process.ts';
import { isRunning } from '../components/process-identity.ts';
import { isListening } from '../components/is-listening.ts';
import { pollUntil } from '../control-plane/poll-until.ts';
import type { Machine } from '../machine/machine.ts';
import { startDaemon, type Daemon } from '../machine/start-daemon.ts';
import { slurmNodeName } from './build-slurm-configuration.ts';
import type { SlurmComponent, SlurmStopOptions } from './slurm-cluster.ts';
import type { SlurmLayout } from './slurm-layout.ts';

const stopGraceSeconds = 10;
const readyTimeoutSeconds = 60;
const readyPollMilliseconds = 20;
/** All of them, each needing those before it. */
export const slurmComponents: readonly SlurmComponent[] = ['munged', 'slurmctld', 'slurmd'];

/** What the daemons of a cluster share. */
export interface SlurmDaemonsOptions {
  readonly machine: Machine;
  readonly layout: SlurmLayout;
  /** Ports of the slurmd, one a node. */
  readonly nodePorts: readonly number[];
  readonly signal?: AbortSignal | undefined;
}

/** The daemons of a cluster: each component can be stopped and started again. */
export interface SlurmDaemons {
  start(component: SlurmComponent): Promise<void>;
  stop(component: SlurmComponent, options?: SlurmStopOptions): Promise<void>;
  logFiles(component: SlurmComponent): readonly string[];
}

interface DaemonCommand {
  readonly name: string;
  readonly argv: readonly string[];
}

/** `--force`, because it wants all users to reach its socket, which they need not where the directory of temporary files is one user's. */
function buildMungedCommand({ directory, mungeKeyFile, mungeSocket }: SlurmLayout): DaemonCommand {
  const own = (name: string): string => join(directory, 'munge', name);
  const files = [`--key-file=${mungeKeyFile}`, `--socket=${mungeSocket}`];
  const more = [`--pid-file=${own('pid')}`, `--seed-file=${own('seed')}`, `--log-file=${own('log')}`];
  return { name: 'munged', argv: ['munged', '--foreground', '--force', ...files, ...more] };
}

function buildCommands(
  component: SlurmComponent,
  { layout, nodePorts }: SlurmDaemonsOptions,
): readonly DaemonCommand[] {
  switch (component) {
    case 'munged':
      return [buildMungedCommand(layout)];
    case 'slurmctld':
      return [{ name: 'slurmctld', argv: ['slurmctld', '-D'] }];
    case 'slurmd': {
      const names = nodePorts.map((_, index) => slurmNodeName(index));
      return names.map((node) => ({ name: `slurmd of ${node}`, argv: ['slurmd', '-D', '-N', node] }));
    }
  }
}

/** A node counts as there in any state but unknown, down or not answering (`*`). */
const absentNode = /unk|down|\*|^$/;

function createReadinessCheck({
  machine,
  layout,
  nodePorts,
}: SlurmDaemonsOptions): (component: SlurmComponent) => Promise<boolean> {
  const ask = async (...argv: string[]): Promise<string> => {
    const environment = { SLURM_CONF: layout.configurationFile };
    return machine.run(argv, { environment }).then(
      ({ stdout }) => stdout.trim(),
      () => '',
    );
  };
  return async (component) => {
    switch (component) {
      case 'munged':
        return access(layout.mungeSocket).then(
          () => true,
          () => false,
        );
      case 'slurmctld':
        return (await ask('scontrol', 'ping')).includes('is UP');
      case 'slurmd':
        // slurmctld takes a while to notice that one is gone.
        if ((await Promise.all(nodePorts.map(isListening))).includes(false)) return false;
        return !(await ask('sinfo', '--noheader', '--Node', '--format=%T'))
          .split('\n')
          .some((state) => absentNode.test(state));
    }
  };
}

/** Makes the set; nothing runs yet. */
export function createSlurmDaemons(options: SlurmDaemonsOptions): SlurmDaemons {
  const { machine, layout, signal } = options;
  const running = new Map<SlurmComponent, readonly Daemon[]>();
  const isReady = createReadinessCheck(options);
  const logFile = ({ name }: DaemonCommand): string => join(layout.logDirectory, `${name.replaceAll(' ', '-')}.log`);

  const startOne = (command: DaemonCommand): Promise<Daemon> => {
    const environment = { SLURM_CONF: layout.configurationFile };
    return startDaemon(machine, { ...command, environment, logFile: logFile(command) });
  };

  const start = async (component: SlurmComponent): Promise<void> => {
    const present = running.get(component) ?? [];
    if ((await Promise.all(present.map(({ identity }) => isRunning(identity)))).includes(true)) {
      throw new ConflictError(`${component} runs already`);
    }
    const daemons = await Promise.all(buildCommands(component, options).map(startOne));
    running.set(component, daemons);
    const stop = new AbortController();
    const ready = pollUntil(() => isReady(component), {
      what: `the start of ${component}`,
      timeoutSeconds: readyTimeoutSeconds,
      pollMilliseconds: readyPollMilliseconds,
      signal: AbortSignal.any([stop.signal, ...(signal === undefined ? [] : [signal])]),
    });
    try {
      await Promise.race([ready, ...daemons.map(({ ended }) => ended)]);
    } finally {
      stop.abort();
    }
  };

  return {
    start,
    async stop(component, { graceSeconds = stopGraceSeconds } = {}) {
      const present = running.get(component) ?? [];
      await Promise.all(present.map(({ identity }) => endProcess(identity, { graceSeconds })));
      running.delete(component);
    },
    logFiles: (component) => buildCommands(component, options).map(logFile),
  };
}
