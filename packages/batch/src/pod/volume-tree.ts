import {
  hasVolumeObject,
  volumeContents,
  type ResolvedPod,
  type VolumeContents,
  type VolumeFile,
} from '@interlink/plugin-sdk';
import { UnsupportedError, type RetrievedPodData } from '@interlink/spec';
import type { TreeEntry } from '../contract/host.ts';
import { checkedName, jobFiles } from '../directory/job-paths.ts';
import { filesWithParents, liveFiles, topOf, volumeDirectoryMode, type LiveFiles } from './live-files.ts';

/** What is in each volume, by its name. */
export type PodVolumes = ReadonlyMap<string, VolumeContents>;

// As a kubelet: whoever a container runs as may write.
const emptyDirectoryMode = 0o777;

/** The contents of all the pod's volumes; refuses what cannot be made, naming the field. */
export function readVolumes(pod: ResolvedPod, data: RetrievedPodData): PodVolumes {
  return new Map(
    pod.volumes.map(({ name, field, spec }) => {
      const contents = volumeContents(spec, data);
      if (contents.kind === 'unsupported') throw new UnsupportedError(contents.reason, { field: contents.field });
      return [checkedName(name, `${field}.name`), contents];
    }),
  );
}

/** What came of the volumes of a pod that is there. */
export interface SentVolumes {
  /** As far as they came; of the others it is known what kind they are. */
  readonly volumes: PodVolumes;
  /** Files that came, by volume. */
  readonly files: ReadonlyMap<string, readonly VolumeFile[]>;
  /** Why volumes cannot be made from what came for them. */
  readonly errors: readonly Error[];
}

/** The contents of the volumes as an update carries them: one that is wrong keeps no other from being brought. */
export function readSentVolumes(pod: ResolvedPod, data: RetrievedPodData): SentVolumes {
  const volumes = new Map<string, VolumeContents>();
  const files = new Map<string, readonly VolumeFile[]>();
  const errors: Error[] = [];
  for (const { name, spec } of pod.volumes) {
    volumes.set(name, { kind: 'files', files: [] });
    if (!hasVolumeObject(spec, data)) continue;
    try {
      const contents = volumeContents(spec, data);
      volumes.set(name, contents);
      if (contents.kind === 'files') files.set(name, contents.files);
    } catch (error) {
      errors.push(error as Error);
    }
  }
  return { volumes, files, errors };
}

/** What of the volumes cannot be replaced while the pod runs, because something is mounted there. */
export interface FixedParts {
  /** Names at the top of volumes inside of which other volumes are mounted, each as `volume/name`. */
  readonly mountPoints: ReadonlySet<string>;
  /** Volumes of which containers mount parts (`subPath`). */
  readonly divided: ReadonlySet<string>;
}

/** The files of the volumes, below `volumes/` of the job directory. */
export function buildVolumeTree(volumes: PodVolumes, { mountPoints, divided }: FixedParts): TreeEntry[] {
  return [...volumes].flatMap(([name, contents]) => {
    const base = `${jobFiles.volumes}/${name}`;
    if (contents.kind === 'directory') return [directory(base, emptyDirectoryMode)];
    if (contents.kind !== 'files') return [];
    const { files } = contents;
    const isFixed = ({ path }: VolumeFile): boolean => mountPoints.has(`${name}/${topOf(path)}`);
    return [
      directory(base, volumeDirectoryMode),
      ...fileTree(base, files.filter(isFixed)),
      ...liveTree(base, liveFiles(files.filter((file) => !isFixed(file)))),
      ...(divided.has(name) ? partsTree(name, files) : []),
    ];
  });
}

/** Where the parts of a volume that containers mount are, relative to the job directory: a copy that no update replaces. */
export function partsPath(volume: string): string {
  // No volume has a name with a dot.
  return `${jobFiles.volumes}/${volume}.parts`;
}

function partsTree(volume: string, files: readonly VolumeFile[]): TreeEntry[] {
  return [directory(partsPath(volume), volumeDirectoryMode), ...fileTree(partsPath(volume), files)];
}

/** New files of volumes, each as the whole of it, below `volumes/`. */
export function buildLiveVolumes(files: SentVolumes['files']): TreeEntry[] {
  return [...files].flatMap(([name, contents]) => {
    const base = `${jobFiles.volumes}/${name}`;
    return [directory(base, volumeDirectoryMode), ...liveTree(base, liveFiles(contents))];
  });
}

function liveTree(base: string, { generation, entries, links }: LiveFiles): TreeEntry[] {
  return [
    directory(`${base}/${generation}`, volumeDirectoryMode),
    ...entries.map((entry) => ({ ...entry, path: `${base}/${generation}/${entry.path}` })),
    ...links.map(([name, target]): TreeEntry => ({ kind: 'link', path: `${base}/${name}`, target })),
  ];
}

function fileTree(base: string, files: readonly VolumeFile[]): TreeEntry[] {
  return filesWithParents(files).map((entry) => ({ ...entry, path: `${base}/${entry.path}` }));
}

function directory(path: string, mode: number): TreeEntry {
  return { kind: 'directory', path, mode };
}
