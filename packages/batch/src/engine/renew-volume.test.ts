import { lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VolumeFile } from '@interlink/plugin-sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Host } from '../contract/host.ts';
import { createLocalHost } from '../host/local-host.ts';
import { buildVolumeTree } from '../pod/volume-tree.ts';
import { renewVolume } from './renew-volume.ts';

const host = createLocalHost();
const changes = ['createTree', 'linkDurably', 'remove'] as const;

/** The host, in a process that is killed before its `count`th change. */
function killedAt(count: number): Host {
  let left = count;
  const killed = Object.fromEntries(
    changes.map((name) => [
      name,
      async (...words: unknown[]) => {
        if ((left -= 1) < 0) throw new Error('killed');
        await (host[name] as (...all: unknown[]) => Promise<void>)(...words);
      },
    ]),
  );
  return { ...host, ...killed };
}

const filesOf = (texts: Readonly<Record<string, string>>): VolumeFile[] =>
  Object.entries(texts).map(([path, text]) => ({ path, mode: 0o644, content: Buffer.from(text) }));

describe('the files of a volume', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'volume-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const made = async (
    job: string,
    files: readonly VolumeFile[],
    mountPoints: readonly string[] = [],
  ): Promise<string> => {
    const volumes = new Map([['v', { kind: 'files', files }] as const]);
    const tree = buildVolumeTree(volumes, { mountPoints: new Set(mountPoints), divided: new Set() });
    await host.createTree(join(root, job), [{ kind: 'directory', path: 'volumes', mode: 0o700 }, ...tree]);
    return join(root, job, 'volumes/v');
  };
  /** What a program finds that passes over names with two dots. */
  const seen = async (volume: string): Promise<Record<string, string>> => {
    const names = (await readdir(volume)).filter((name) => !name.startsWith('..'));
    const texts = names.map(async (name) => {
      const path = join(volume, name);
      return [
        name,
        (await lstat(path)).isDirectory() ? 'directory' : await readFile(path, 'utf8').catch(() => 'dangling'),
      ];
    });
    return Object.fromEntries(await Promise.all(texts)) as Record<string, string>;
  };

  const before = { a: 'old', b: 'old', gone: 'old' };
  const after = { a: 'new', b: 'new', more: 'new' };

  it('are the old or the new ones wherever a process is killed, and the next update goes on from there', async () => {
    const found = new Set<string>();
    for (let count = 0; ; count += 1) {
      const volume = await made(`job-${count}`, filesOf(before));
      const done = await renewVolume(killedAt(count), volume, filesOf(after)).then(
        () => true,
        () => false,
      );
      const { a, b } = await seen(volume);
      expect(b).toBe(a);
      found.add(a ?? '');
      await renewVolume(host, volume, filesOf(after));
      expect(await seen(volume)).toEqual(after);
      expect(await readdir(volume)).toHaveLength(5);
      if (done) break;
    }
    expect([...found]).toEqual(['old', 'new']);
  });

  it('change back and forth, and leave nothing behind', async () => {
    const volume = await made('job', filesOf(before));
    const first = await readdir(volume);
    await renewVolume(host, volume, filesOf(after));
    await renewVolume(host, volume, []);
    expect(await seen(volume)).toEqual({});
    await renewVolume(host, volume, filesOf(before));
    expect(await readdir(volume)).toEqual(first);
  });

  it('stay where another volume is mounted', async () => {
    const volume = await made('job', filesOf({ 'in/file': 'old', a: 'old' }), ['v/in']);
    await renewVolume(host, volume, filesOf({ 'in/file': 'new', a: 'new' }));
    expect(await seen(volume)).toEqual({ in: 'directory', a: 'new' });
    expect(await readFile(join(volume, 'in/file'), 'utf8')).toBe('old');
  });

  it('stay where a version before this one made them, and are not missed where they are gone', async () => {
    const volume = join(root, 'volume');
    await mkdir(volume);
    await writeFile(join(volume, 'a'), 'old');
    await renewVolume(host, volume, filesOf(after));
    expect(await seen(volume)).toEqual({ a: 'old' });
    await renewVolume(host, join(root, 'none'), filesOf(after));
    expect(await readdir(root)).toEqual(['volume']);
  });
});
