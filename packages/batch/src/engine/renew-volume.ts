import type { VolumeFile } from '@interlink/plugin-sdk';
import type { DirectoryEntry, Host } from '../contract/host.ts';
import { currentLink, isLayoutName, liveFiles, topOf, volumeDirectoryMode } from '../pod/live-files.ts';

/**
 * Replaces the files of a volume, for all who read it at once; what is the same is left alone. A crash leaves the old or the new ones.
 *
 * @remarks A name at the top that is no link of the layout has something mounted in it, and stays as it is. So does all of a volume that is
 * gone, or that an earlier version made as plain files.
 */
export async function renewVolume(host: Host, directory: string, files: readonly VolumeFile[]): Promise<void> {
  const entries = (await host.list(directory)) ?? [];
  const before = new Map(entries.flatMap((entry) => (entry.type === 'link' ? [[entry.name, entry.target]] : [])));
  if (!before.has(currentLink)) return;
  const fixed = new Set(entries.filter(isFixed).map(({ name }) => name));
  const wanted = liveFiles(files.filter(({ path }) => !fixed.has(topOf(path))));
  if (!entries.some(({ name, type }) => name === wanted.generation && type === 'directory')) {
    const durable = wanted.entries.map((entry) => (entry.kind === 'file' ? { ...entry, durable: true } : entry));
    const own = { kind: 'directory', path: '', mode: volumeDirectoryMode } as const;
    await host.createTree(`${directory}/${wanted.generation}`, [own, ...durable]);
  }
  for (const [name, target] of wanted.links) {
    if (before.get(name) !== target) await host.linkDurably(`${directory}/${name}`, target);
  }
  const kept = new Set([...fixed, wanted.generation, ...wanted.links.map(([name]) => name)]);
  const stale = entries.filter(({ name }) => !kept.has(name));
  await host.remove(stale.map(({ name }) => `${directory}/${name}`));
}

function isFixed({ name, type }: DirectoryEntry): boolean {
  return type !== 'link' && !isLayoutName(name);
}
