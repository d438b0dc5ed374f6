import type { ResolvedPod } from '@interlink/plugin-sdk';
import type { RetrievedPodData } from '@interlink/spec';
import type { ContainerStart } from '../contract/container-runtime.ts';
import type { TreeEntry } from '../contract/host.ts';
import type { JobPlan } from '../contract/scheduler.ts';
import type { BatchPolicy } from '../contract/policy.ts';
import { jobFiles } from '../directory/job-paths.ts';
import { formatNulList } from '../directory/nul-list.ts';
import { formatRunnerSettings } from '../directory/runner-settings.ts';
import { inShellOrder } from './default-environment.ts';
import { subPathDirectories } from './plan-binds.ts';
import { withoutSecrets } from './without-secrets.ts';
import { buildVolumeTree, parents, type PodVolumes } from './volume-tree.ts';

/** What the job directory is built from. */
export interface JobTreeParts {
  readonly pod: ResolvedPod;
  readonly data: RetrievedPodData;
  readonly volumes: PodVolumes;
  readonly starts: ReadonlyMap<string, ContainerStart>;
  /** Absolute path of the job directory. */
  readonly directory: string;
  readonly policy: BatchPolicy;
  readonly plan: JobPlan;
  /** Of the scheduler. */
  readonly jobIdVariable: string | undefined;
}

const ownerOnlyDirectory = 0o700;
const ownerOnlyFile = 0o600;
const sharedDirectory = 0o777;

/** Every file of a job directory but the record. Pure. */
export function buildJobTree(parts: JobTreeParts): TreeEntry[] {
  const { pod, volumes, starts, directory } = parts;
  const containers = [...pod.initContainers, ...pod.containers];
  const subPaths = new Map(containers.map((container) => [container.name, subPathDirectories(container, volumes)]));
  const mountPoints = [...starts.values()].flatMap((start) => start.mountPoints ?? []);
  return unique([
    file(jobFiles.settings, formatRunnerSettings(pod, parts.policy, parts.jobIdVariable)),
    ...(parts.plan.preamble === undefined ? [] : [file(jobFiles.preamble, `${parts.plan.preamble}\n`)]),
    folder(jobFiles.pod),
    file(`${jobFiles.pod}/pod.json`, `${JSON.stringify(withoutSecrets(parts.data))}\n`),
    folder(jobFiles.states),
    folder(jobFiles.logs),
    folder(jobFiles.containers),
    folder(jobFiles.volumes),
    ...buildVolumeTree(volumes),
    ...[...subPaths.values()]
      .flat()
      .flatMap((path) => [...parents(path), path].map((at) => folder(at, sharedDirectory))),
    ...mountPoints.flatMap(({ path, type }) => mountPoint(path.slice(directory.length + 1), type)),
    ...[...starts].flatMap(([name, start]) => containerTree(name, start, subPaths.get(name) ?? [])),
  ]);
}

function containerTree(name: string, start: ContainerStart, subPaths: readonly string[]): TreeEntry[] {
  const base = `${jobFiles.containers}/${name}`;
  const environment = inShellOrder(start.environment).map(([key, value]) => `${key}=${value}`);
  return [
    folder(`${jobFiles.logs}/${name}`),
    folder(base),
    file(`${base}/argv`, formatNulList(start.argv)),
    file(`${base}/env`, formatNulList(environment)),
    file(`${base}/workdir`, formatNulList([start.workingDirectory])),
    ...(start.enter ? [file(`${base}/enter`, formatNulList(start.enter))] : []),
    ...(subPaths.length === 0 ? [] : [file(`${base}/subpaths`, formatNulList(subPaths))]),
    ...(start.join ? [file(`${base}/join`, formatNulList(formatJoin(start.join)))] : []),
    ...(start.signals === undefined ? [] : [file(`${base}/signals`, `${start.signals}\n`)]),
    ...(start.files ?? []).map((entry) => ({ ...entry, path: `${base}/${entry.path}` })),
  ];
}

function formatJoin({ environmentPrefix, workingDirectory }: NonNullable<ContainerStart['join']>): string[] {
  return [environmentPrefix, ...(workingDirectory === undefined ? [] : [workingDirectory])];
}

function folder(path: string, mode = ownerOnlyDirectory): TreeEntry {
  return { kind: 'directory', path, mode };
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
