import type { ResolvedContainer } from '@interlink/plugin-sdk';
import { InternalError } from '@interlink/spec';
import type { ContainerActions } from '../actions/container-actions.ts';
import type { ContainerStart } from '../contract/container-runtime.ts';
import type { TreeEntry } from '../contract/host.ts';
import { jobFiles } from '../directory/job-paths.ts';
import { formatNulList } from '../directory/nul-list.ts';
import { inShellOrder } from './default-environment.ts';
import { listHostChecks, type HostMount } from './host-mounts.ts';
import { file, folder } from './owner-only.ts';
import { listSubPaths } from './plan-binds.ts';
import type { PodVolumes } from './volume-tree.ts';

/** What the files of containers are made from. */
export interface ContainerTreeParts {
  readonly volumes: PodVolumes;
  readonly starts: ReadonlyMap<string, ContainerStart>;
  /** Paths of the machine to look at before a container starts, by its name. */
  readonly checks: ReadonlyMap<string, readonly HostMount[]>;
  /** Of the scheduler. */
  readonly deviceVariables: readonly string[];
  /** Probes and hooks, by container. */
  readonly actions: ReadonlyMap<string, ContainerActions>;
}

/** `NAME=VARIABLE`: what the runner adds to the container's environment, and the variable of the job that it takes. */
function givenVariables(
  { resources, environment }: ResolvedContainer,
  { inherited = [], join }: ContainerStart,
  deviceVariables: readonly string[],
): string[] {
  const amounts = { ...resources.limits.extended, ...resources.requests.extended };
  const hasDevices = Object.values(amounts).some((amount) => amount > 0);
  const own = new Set(environment.map(([name]) => name));
  const devices = hasDevices ? deviceVariables.filter((name) => !own.has(name)) : [];
  return [
    ...inherited.map((name) => `${name}=${name}`),
    ...devices.map((name) => `${join?.environmentPrefix ?? ''}${name}=${name}`),
  ];
}

/** The files of one container, relative to the job directory. Pure. */
export function containerTree(
  container: ResolvedContainer,
  { volumes, starts, checks, deviceVariables, actions }: ContainerTreeParts,
): TreeEntry[] {
  const { name } = container;
  const start = starts.get(name);
  if (!start) throw new InternalError('a container was not planned');
  const base = `${jobFiles.containers}/${name}`;
  const environment = inShellOrder(start.environment).map(([key, value]) => `${key}=${value}`);
  const list = (file: string, items: readonly string[]): TreeEntry[] =>
    items.length === 0 ? [] : [listFile(`${base}/${file}`, items)];
  const input = inputMode(container);
  return [
    folder(`${jobFiles.logs}/${name}`),
    folder(base),
    listFile(`${base}/argv`, start.argv),
    listFile(`${base}/env`, environment),
    ...list('given', givenVariables(container, start, deviceVariables)),
    listFile(`${base}/workdir`, [start.workingDirectory]),
    ...(input === undefined ? [] : [file(`${base}/stdin`, `${input}\n`)]),
    ...(container.spec.tty === true ? [file(`${base}/tty`, '')] : []),
    ...(start.enter ? [listFile(`${base}/enter`, start.enter)] : []),
    ...list('subpaths', listSubPaths(container, volumes)),
    ...list('hostpaths', listHostChecks(checks.get(name) ?? [])),
    ...(start.join ? [listFile(`${base}/join`, formatJoin(start.join))] : []),
    ...(start.link ? [listFile(`${base}/link`, [start.link.path, start.link.target, start.link.gate])] : []),
    ...(start.signals === undefined ? [] : [file(`${base}/signals`, `${start.signals}\n`)]),
    ...[...(start.files ?? []), ...(actions.get(name)?.files ?? [])].map((entry) => ({
      ...entry,
      path: `${base}/${entry.path}`,
    })),
  ];
}

/** As under a container runtime: the input of a container with a terminal never ends, whether somebody may attach or not. */
function inputMode({ spec }: ResolvedContainer): 'open' | 'once' | undefined {
  if (spec.stdin !== true && spec.tty !== true) return undefined;
  return spec.stdin === true && spec.stdinOnce === true ? 'once' : 'open';
}

function formatJoin({ environmentPrefix, workingDirectory }: NonNullable<ContainerStart['join']>): string[] {
  return [environmentPrefix, ...(workingDirectory === undefined ? [] : [workingDirectory])];
}

function listFile(path: string, items: readonly string[]): TreeEntry {
  return file(path, formatNulList(items));
}
