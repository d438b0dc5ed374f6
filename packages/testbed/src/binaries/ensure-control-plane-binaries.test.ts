import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fakeReleaseServer, noNetwork } from '../testing/fake-release-server.ts';
import { writeFakeGo, writeFakePrograms } from '../testing/fake-programs.ts';
import { recordProgress } from '../testing/recorded-progress.ts';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { binaryCacheDirectory } from './cache.ts';
import { ensureControlPlaneBinaries, type EnsureBinariesOptions } from './ensure-control-plane-binaries.ts';
import { programs } from './programs.ts';
import { toPlatform } from './source.ts';

const platform = toPlatform(process.platform, process.arch);
const systemPath = '/usr/bin:/bin';

async function createWorld() {
  const root = await temporaryDirectory();
  const go = join(root, 'go');
  await mkdir(go);
  const environment: Record<string, string> = { XDG_CACHE_HOME: join(root, 'cache'), PATH: `${go}:/nowhere` };
  const progress = recordProgress();
  const options: EnsureBinariesOptions = { environment, progress, fetch: noNetwork };
  return { root, go, environment, progress, options, cached: binaryCacheDirectory(environment, platform) };
}

describe('the programs of a control plane', () => {
  it('come from the directory that the user names, before anything else', async () => {
    const world = await createWorld();
    const named = join(world.root, 'named');
    await writeFakePrograms(named);
    await writeFakePrograms(world.cached);
    world.environment.INTERLINK_CONTROL_PLANE_DIR = named;
    const binaries = await ensureControlPlaneBinaries(world.options);
    expect(binaries).toMatchObject({ source: 'named directory', paths: { kubectl: join(named, 'kubectl') } });
  });

  it('are refused when the directory that the user names is not whole', async () => {
    const world = await createWorld();
    await writeFakePrograms(world.cached);
    await writeFakePrograms(join(world.root, 'named'), ['etcd', 'kubectl']);
    world.environment.INTERLINK_CONTROL_PLANE_DIR = join(world.root, 'named');
    await expect(ensureControlPlaneBinaries(world.options)).rejects.toMatchObject({
      code: 'ILK_INVALID_INPUT',
      message: expect.stringContaining('lacks kube-apiserver, kube-controller-manager, kube-scheduler') as string,
    });
  });

  it('do not come from a KUBEBUILDER_ASSETS that holds only some of them', async () => {
    const world = await createWorld();
    await writeFakePrograms(world.cached);
    await writeFakePrograms(join(world.root, 'assets'), ['etcd', 'kube-apiserver', 'kubectl']);
    world.environment.KUBEBUILDER_ASSETS = join(world.root, 'assets');
    expect((await ensureControlPlaneBinaries(world.options)).source).toBe('cache');
  });

  it.runIf(platform.os === 'linux')('are downloaded, checked and kept', async () => {
    const world = await createWorld();
    world.environment.PATH = systemPath;
    const server = fakeReleaseServer(join(world.root, 'release'), platform);
    const first = await ensureControlPlaneBinaries({ ...world.options, fetch: server });
    expect(first.source).toBe('download');
    for (const program of programs) {
      expect(await readFile(first.paths[program], 'utf8')).toBe(program);
      expect((await stat(first.paths[program])).mode & 0o111).toBe(0o111);
    }
    expect((await readdir(world.cached)).toSorted()).toEqual(programs.toSorted());
    expect(world.progress.fractions.at(-1)).toBe(1);
    expect((await ensureControlPlaneBinaries(world.options)).source).toBe('cache');
  });

  it.runIf(platform.os === 'linux')('are not taken from a download with another checksum', async () => {
    const world = await createWorld();
    const server = fakeReleaseServer(join(world.root, 'release'), platform, ['kube-scheduler']);
    world.environment.PATH = systemPath;
    await expect(ensureControlPlaneBinaries({ ...world.options, fetch: server })).rejects.toThrow(
      /download: the checksum of .*kube-scheduler is not the published one/,
    );
    expect(await readdir(join(world.cached, '..'))).toEqual([]);
  });

  it.runIf(platform.os === 'linux')(
    'are built with Go where no release host can be reached, and that is said',
    async () => {
      const world = await createWorld();
      await writeFakeGo(world.go);
      world.environment.PATH = `${world.go}:${systemPath}`;
      const binaries = await ensureControlPlaneBinaries(world.options);
      expect(binaries.source).toBe('Go build');
      expect(world.progress.lines[0]).toMatch(/^download: \S+ could not be reached \(ENOTFOUND\)$/);
      expect(world.progress.lines[1]).toContain('7 minutes on 2 cores');
      expect(await readFile(join(world.go, 'calls'), 'utf8')).toBe('version\nlist\nbuild\n');
      expect(world.progress.fractions).toEqual(world.progress.fractions.toSorted((a, b) => a - b));
    },
  );

  it('are made once when several processes want them at the same time', async () => {
    const world = await createWorld();
    await writeFakeGo(world.go);
    world.environment.PATH = `${world.go}:${systemPath}`;
    const wanted = [1, 2, 3].map(() => ensureControlPlaneBinaries(world.options));
    const sources = (await Promise.all(wanted)).map(({ source }) => source);
    expect(sources.toSorted()).toEqual(['Go build', 'cache', 'cache']);
    expect(await readdir(join(world.cached, '..'))).toEqual([`${platform.os}-${platform.architecture}`]);
  });

  it('are made in spite of what a killed builder left', async () => {
    const world = await createWorld();
    await writeFakeGo(world.go);
    world.environment.PATH = `${world.go}:${systemPath}`;
    await mkdir(`${world.cached}.new-left`, { recursive: true });
    await writeFile(`${world.cached}.${hostname()}.lock`, JSON.stringify({ pid: process.pid, started: 'long ago' }));
    expect((await ensureControlPlaneBinaries(world.options)).source).toBe('Go build');
    expect(await readdir(join(world.cached, '..'))).toEqual([`${platform.os}-${platform.architecture}`]);
  });

  it('are missed with one error that tells every way and the command that helps', async () => {
    const world = await createWorld();
    const error = await ensureControlPlaneBinaries(world.options).catch((reason: unknown) => reason);
    const { message } = error as Error;
    expect(message).toMatch(/named directory: neither .* is set/);
    expect(message).toMatch(/cache: .* lacks etcd/);
    expect(message).toMatch(/download: /);
    expect(message).toMatch(/Go build: there is no go on PATH/);
    expect(message).toMatch(/Install Go .* or set INTERLINK_CONTROL_PLANE_DIR/);
  });

  it('are no longer waited for when the caller gives up', async () => {
    const world = await createWorld();
    const stop = new AbortController();
    const never: typeof fetch = (_, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error));
        stop.abort(new Error('enough'));
      });
    const waiting = ensureControlPlaneBinaries({ ...world.options, fetch: never, signal: stop.signal });
    await expect(waiting).rejects.toThrow(platform.os === 'linux' ? 'enough' : /./);
  });
});
