import type { RetrievedPodData } from '@interlink/spec';
import type { TreeEntry } from '../contract/host.ts';
import type { JobPlan } from '../contract/scheduler.ts';
import { jobFiles } from '../directory/job-paths.ts';
import { formatRunnerSettings, type RunnerSettings } from '../directory/runner-settings.ts';
import { containerTree, type ContainerTreeParts } from './container-tree.ts';
import { file, folder } from './owner-only.ts';
import { dividedVolumes, missingSubPaths } from './plan-binds.ts';
import { withoutSecrets } from './without-secrets.ts';
import { parents } from './live-files.ts';
import { buildVolumeTree } from './volume-tree.ts';

/** What the job directory is built from. */
export interface JobTreeParts extends RunnerSettings, Omit<ContainerTreeParts, keyof RunnerSettings> {
  readonly data: RetrievedPodData;
  /** Absolute path of the job directory. */
  readonly directory: string;
  readonly plan: JobPlan;
}

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
    file(jobFiles.added, ''),
    folder(jobFiles.states),
    folder(jobFiles.logs),
    folder(jobFiles.containers),
    folder(jobFiles.volumes),
    ...buildVolumeTree(volumes, {
      mountPoints: new Set(mountPoints.map(({ path }) => topInVolume(path.slice(directory.length + 1)))),
      divided: dividedVolumes(containers),
    }),
    ...missing.flatMap((path) => mountPoint(path, 'directory')),
    ...mountPoints.flatMap(({ path, type }) => mountPoint(path.slice(directory.length + 1), type)),
    ...containers.flatMap((container) => containerTree(container, parts)),
  ]);
}

/** `volume/name` of a path in a volume, relative to the job directory. */
function topInVolume(path: string): string {
  return path.split('/').slice(1, 3).join('/');
}

/** A place at which something is mounted, and the directories around it. */
function mountPoint(path: string, type: 'directory' | 'file'): TreeEntry[] {
  const around = parents(path).map((at) => folder(at, 0o755));
  return [...around, type === 'directory' ? folder(path, 0o755) : { kind: 'file', path, mode: 0o644, content: '' }];
}

/** The first of two entries at one path: a mount point at a file or directory that the volume has is there already. */
function unique(entries: readonly TreeEntry[]): TreeEntry[] {
  const seen = new Set<string>();
  return entries.filter(({ path }) => !seen.has(path) && seen.add(path));
}
