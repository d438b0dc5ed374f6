import { chmod, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isInterLinkError } from '@interlink/spec';
import type { ProgressTask } from '../progress/progress.ts';
import { fetchChecksum, saveFile } from './download-file.ts';
import { buildReleaseFiles, type ReleaseFile } from './release-files.ts';
import { runCommand } from './run-command.ts';
import type { BinarySource, SourceContext } from './source.ts';
import { stageBinaries } from './stage-binaries.ts';

const usualTime = '1 minute at 50 Mbit/s';
const executable = 0o755;

async function unpack(
  archive: string,
  file: ReleaseFile & { readonly archivePath: string },
  context: SourceContext,
): Promise<void> {
  const directory = join(archive, '..');
  await runCommand({
    argv: ['tar', '-xzf', archive, '-C', directory, file.archivePath],
    environment: context.environment,
    signal: context.signal,
  });
  await rm(archive);
  await rename(join(directory, file.archivePath), join(directory, file.program));
  await rm(join(directory, ...file.archivePath.split('/').slice(0, 1)), { recursive: true });
}

async function downloadInto(staging: string, context: SourceContext): Promise<void> {
  const { release, platform } = context;
  const files = buildReleaseFiles(release, platform);
  // All hosts are asked for small files first, so that one out of reach is known before anything large is loaded.
  const checksums = await Promise.all(files.map((file) => fetchChecksum(file, context)));
  const title = `downloading Kubernetes ${release.version} and etcd ${release.etcdVersion}`;
  const task: ProgressTask = context.progress.begin(title, usualTime);
  try {
    for (const [index, file] of files.entries()) {
      const path = join(staging, file.fileName);
      const onFraction = (fraction: number): void => task.update((index + fraction) / files.length, file.fileName);
      await saveFile({ file, checksum: checksums[index] ?? '', path, onFraction }, context);
      const { archivePath } = file;
      if (archivePath !== undefined) await unpack(path, { ...file, archivePath }, context);
      await chmod(join(staging, file.program), executable);
    }
    task.update(1);
  } finally {
    task.end();
  }
}

/** The official release binaries, each checked against its published SHA-256. */
export const download: BinarySource = {
  name: 'download',
  async obtain(context) {
    const { os, architecture } = context.platform;
    if (os !== 'linux') return { refused: `Kubernetes publishes no servers for ${os}-${architecture}` };
    try {
      await stageBinaries(context.cacheDirectory, (staging) => downloadInto(staging, context));
      return { directory: context.cacheDirectory };
    } catch (error) {
      if (!isInterLinkError(error)) throw error;
      return { refused: error.message };
    }
  },
};
