import { hostname } from 'node:os';
import { basename, delimiter } from 'node:path';
import { isInterLinkError, UnavailableError } from '@interlink/spec';
import { findFreePorts } from '../components/free-ports.ts';
import { makeCgroups, type CgroupController, type MachineCgroups } from '../machine/machine-cgroups.ts';
import type { Machine } from '../machine/machine.ts';
import { startMachine } from '../machine/start-machine.ts';
import { silentProgress } from '../progress/progress.ts';
import { makeClusterDirectory, removeClusterDirectory } from './cluster-directory.ts';
import { obtainSlurm, type SlurmInstallation } from './obtain-slurm.ts';
import type { SlurmCluster } from './slurm-cluster.ts';
import { createSlurmDaemons, slurmComponents, type SlurmDaemons } from './slurm-daemons.ts';
import { createSlurmLayout, type SlurmLayout } from './slurm-layout.ts';
import type { SlurmOptions } from './slurm-options.ts';
import { writePrograms } from './write-programs.ts';
import { makeSlurmDirectories, writeSlurmFiles } from './write-slurm-files.ts';

const portAttempts = 3;
const defaultNodes = 2;

interface StartOptions extends SlurmOptions {
  readonly cgroupControllers: readonly CgroupController[];
}

interface Started {
  readonly layout: SlurmLayout;
  readonly machine: Machine;
  readonly daemons: SlurmDaemons;
  readonly version: string;
}

async function readVersion(machine: Machine): Promise<string> {
  const { stdout } = await machine.run(['slurmctld', '-V']); // `slurm-wlm 22.05.8`; `slurm 24.11.5` where it is not Debian's.
  return stdout.trim().split(' ').at(-1) ?? '';
}

function parseVersion(text: string): readonly [number, number] {
  const [major = 0, minor = 0] = text.split('.').map(Number);
  return [major, minor];
}

async function makeClusterCgroups(directory: string, options: SlurmOptions): Promise<MachineCgroups> {
  const { processTracking, memoryLimits } = options;
  const wanted: CgroupController[] = [];
  if (processTracking !== 'parents') wanted.push('freezer');
  if (memoryLimits === 'cgroup') wanted.push('memory');
  const made = await makeCgroups(basename(directory), wanted);
  const lacksFreezer = processTracking === 'cgroup' && !made.controllers.includes('freezer');
  const lacksMemory = memoryLimits === 'cgroup' && !made.controllers.includes('memory');
  if (lacksFreezer || lacksMemory) {
    throw new UnavailableError(
      `this machine has no ${lacksFreezer ? 'freezer' : 'memory'} cgroups of version 1 that jobs could be put into`,
    );
  }
  return made;
}

async function startDaemons(machine: Machine, layout: SlurmLayout, options: StartOptions): Promise<Started> {
  const [controllerPort = 0, ...nodePorts] = await findFreePorts(1 + (options.nodes ?? defaultNodes));
  const version = await readVersion(machine);
  const parsed = parseVersion(version);
  const { cgroupControllers } = options;
  const facts = { layout, hostname: hostname(), controllerPort, nodePorts, version: parsed, cgroupControllers };
  await writeSlurmFiles(facts, options);
  const daemons = createSlurmDaemons({ machine, layout, nodePorts, signal: options.signal });
  for (const component of slurmComponents) await daemons.start(component);
  if (options.kind === 'debian-13') await writePrograms(machine, layout.binDirectory);
  return { layout, machine, daemons, version };
}

async function startIn(layout: SlurmLayout, { rootTree }: SlurmInstallation, options: SlurmOptions): Promise<Started> {
  const { kind, sharedDirectories = [], signal } = options;
  await makeSlurmDirectories(layout);
  const cgroups = await makeClusterCgroups(layout.directory, options);
  const machine = await startMachine({
    directory: layout.machineDirectory,
    rootTree,
    sharedDirectories: kind === 'host' ? [] : [layout.directory, ...sharedDirectories],
    cgroups,
    signal,
  });
  try {
    return await startDaemons(machine, layout, { ...options, cgroupControllers: cgroups.controllers });
  } catch (error) {
    await machine[Symbol.asyncDispose]();
    throw error;
  }
}

async function startOnce(installation: SlurmInstallation, options: SlurmOptions): Promise<Started> {
  const directory = await makeClusterDirectory();
  try {
    return await startIn(createSlurmLayout(directory), installation, options);
  } catch (error) {
    await removeClusterDirectory(directory);
    throw error;
  }
}

/** Whether somebody else took one of our ports between the choice and its use. */
function lostPort(error: unknown): boolean {
  return isInterLinkError(error) && /address already in use/i.test(String(error.details.logTail));
}

function toCluster({ layout, machine, daemons, version }: Started, { kind }: SlurmOptions): SlurmCluster {
  const { PATH = '' } = process.env;
  const { workDirectory, configurationFile: SLURM_CONF } = layout;
  const binDirectory = kind === 'host' ? undefined : layout.binDirectory;
  const wrapper =
    kind === 'host' ? [] : machine.wrap(['env', `SLURM_CONF=${SLURM_CONF}`], { directory: workDirectory });
  return {
    kind,
    version,
    directory: layout.directory,
    workDirectory,
    environment: { SLURM_CONF, PATH: binDirectory === undefined ? PATH : `${binDirectory}${delimiter}${PATH}` },
    wrapper,
    binDirectory,
    machinePid: machine.pid,
    run: (argv, run = {}) =>
      machine.run(argv, { directory: workDirectory, ...run, environment: { SLURM_CONF, ...run.environment } }),
    logFiles: (component) => daemons.logFiles(component),
    stop: (component, stop) => daemons.stop(component, stop),
    start: (component) => daemons.start(component),
    [Symbol.asyncDispose]: async () => {
      await machine[Symbol.asyncDispose]();
      await removeClusterDirectory(layout.directory);
    },
  };
}

/**
 * Starts munged, slurmctld and slurmd on free ports of 127.0.0.1; resolves when jobs can run, in 1 to 3 seconds. Whatever is missing
 * is installed first where that is possible. The cluster dies with this process, even when that is killed. A failed start leaves nothing
 * behind and is a `BackendError` with the end of the daemon's log in its details; `UnavailableError` where this machine cannot have it.
 */
export async function startSlurm(options: SlurmOptions): Promise<SlurmCluster> {
  const { progress = silentProgress, signal } = options;
  const installation = await obtainSlurm(options.kind, { progress, signal });
  for (let attempt = 1; ; attempt += 1) {
    try {
      return toCluster(await startOnce(installation, options), options);
    } catch (error) {
      if (attempt === portAttempts || !lostPort(error)) throw error;
    }
  }
}
