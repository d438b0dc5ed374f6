import type { ResolvedContainer } from '@interlink/plugin-sdk';
import { InternalError, type RetrievedPodData } from '@interlink/spec';
import type { ContainerStart } from '../contract/container-runtime.ts';
import type { TreeEntry } from '../contract/host.ts';
import type { JobPlan } from '../contract/scheduler.ts';
import { jobFiles } from '../directory/job-paths.ts';
import { formatNulList } from '../directory/nul-list.ts';
import { formatRunnerSettings, type RunnerSettings } from '../directory/runner-settings.ts';
import { inShellOrder } from './default-environment.ts';
import { listHostChecks, type HostMount } from './host-mounts.ts';
import { listSubPaths, missingSubPaths } from './plan-binds.ts';
import { withoutSecrets } from './without-secrets.ts';
import { buildVolumeTree, parents } from './volume-tree.ts';

/** What the job directory is built from. */
export interface JobTreeParts extends RunnerSettings {
  readonly data: RetrievedPodData;
  readonly starts: ReadonlyMap<string, ContainerStart>;
  /** Paths of the machine to look at before a container starts, by its name. */
  readonly checks: ReadonlyMap<string, readonly HostMount[]>;
  /** Absolute path of the job directory. */
  readonly directory: string;
  readonly plan: JobPlan;
  /** Of the scheduler. */
  readonly deviceVariables: readonly string[];
}

const ownerOnlyDirectory = 0o700;
const ownerOnlyFile = 0o600;

/** Every file of a job directory but the record. Pure. */
export function buildJobTree(parts: JobTreeParts): TreeEntry[] {
  const { pod, volumes, starts, directory } = parts;
  const containers = [...pod.initContainers, ...pod.containers];
  const missing = containers.flatMap((container) => missingSubPaths(container, volumes));
  const mountPoints = [...starts.values()].flatMap((start) => start.mountPoints ?? []);
  return unique([
    file(jobFiles.settings, formatRunnerSettings(parts)),
    ...(parts.plan.preamble === undefined ? [] : [file(jobFiles.preamble, `${parts.plan.preamble}\n`)]),
    folder(jobFiles.pod),
    file(`${jobFiles.pod}/pod.json`, `${JSON.stringify(withoutSecrets(parts.data))}\n`),
    folder(jobFiles.states),
    folder(jobFiles.logs),
    folder(jobFiles.containers),
    folder(jobFiles.volumes),
    ...buildVolumeTree(volumes),
    ...missing.flatMap((path) => mountPoint(path, 'directory')),
    ...mountPoints.flatMap(({ path, type }) => mountPoint(path.slice(directory.length + 1), type)),
    ...containers.flatMap((container) => containerTree(container, parts)),
  ]);
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

function containerTree(
  container: ResolvedContainer,
  { volumes, starts, checks, deviceVariables, actions }: JobTreeParts,
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
    ...(start.enter ? [listFile(`${base}/enter`, start.enter)] : []),
    ...list('subpaths', listSubPaths(container, volumes)),
    ...list('hostpaths', listHostChecks(checks.get(name) ?? [])),
    ...(start.join ? [listFile(`${base}/join`, formatJoin(start.join))] : []),
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

function folder(path: string, mode = ownerOnlyDirectory): TreeEntry {
  return { kind: 'directory', path, mode };
}

function listFile(path: string, items: readonly string[]): TreeEntry {
  return file(path, formatNulList(items));
}

function file(path: string, content: string): TreeEntry {
  return { kind: 'file', path, mode: ownerOnlyFile, content };
}

function mountPoint(path: string, type: 'directory' | 'file'): TreeEntry[] {
  const around = parents(path).map((at) => folder(at, 0o755));
  return [...around, type === 'directory' ? folder(path, 0o755) : { kind: 'file', path, mode: 0o644, content: '' }];
}

/** The first of two entries at one path: a mount point at a file or directory that the volume has is there already. */
function unique(entries: readonly TreeEntry[]): TreeEntry[] {
  const seen = new Set<string>();
  return entries.filter(({ path }) => !seen.has(path) && seen.add(path));
}
