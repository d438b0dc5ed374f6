import { volumeContents, type ResolvedPod, type VolumeContents } from '@interlink/plugin-sdk';
import { UnsupportedError, type RetrievedPodData } from '@interlink/spec';
import type { TreeEntry } from '../contract/host.ts';
import { checkedName, jobFiles } from '../directory/job-paths.ts';

/** What is in each volume, by its name. */
export type PodVolumes = ReadonlyMap<string, VolumeContents>;

const volumeDirectoryMode = 0o755;
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

/** The files of the volumes, below `volumes/` of the job directory. */
export function buildVolumeTree(volumes: PodVolumes): TreeEntry[] {
  return [...volumes].flatMap(([name, contents]) => {
    const base = `${jobFiles.volumes}/${name}`;
    if (contents.kind === 'directory') return [directory(base, emptyDirectoryMode)];
    if (contents.kind !== 'files') return [];
    const directories = new Set(contents.files.flatMap(({ path }) => parents(path)));
    return [
      directory(base, volumeDirectoryMode),
      ...[...directories].sort().map((path) => directory(`${base}/${path}`, volumeDirectoryMode)),
      ...contents.files.map(({ path, mode, content }): TreeEntry => ({
        kind: 'file',
        path: `${base}/${path}`,
        mode,
        content,
      })),
    ];
  });
}

function directory(path: string, mode: number): TreeEntry {
  return { kind: 'directory', path, mode };
}

/** The directories around a path, the outermost first: `a` and `a/b` for `a/b/c`. */
export function parents(path: string): string[] {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? [] : [...parents(path.slice(0, slash)), path.slice(0, slash)];
}
