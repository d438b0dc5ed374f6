import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isInterLinkError } from '@interlink/spec';
import { buildGoProgram, type GoProgram } from './build-go-program.ts';
import { programs } from './programs.ts';
import { runCommand } from './run-command.ts';
import type { BinarySource, SourceContext } from './source.ts';
import { stageBinaries } from './stage-binaries.ts';

const binaryName = 'control-plane';

const controlPlane: Omit<GoProgram, 'version'> = {
  module: 'control-plane',
  package: '.',
  title: 'building the Kubernetes control plane with Go',
  usualTime: '7 minutes on 2 cores, 1.5 GB of modules and objects in the Go caches',
};

async function buildInto(staging: string, context: SourceContext): Promise<void> {
  const { version, moduleFile } = context.release;
  await buildGoProgram({ ...controlPlane, version, moduleFile }, join(staging, binaryName), context);
  for (const program of programs) await symlink(binaryName, join(staging, program));
}

/** Builds one binary for all programs from Go modules: for machines that reach a Go module proxy and no release server. */
export const goBuild: BinarySource = {
  name: 'Go build',
  async obtain(context) {
    try {
      await runCommand({ argv: ['go', 'version'], environment: context.environment, signal: context.signal });
      await stageBinaries(context.cacheDirectory, (staging) => buildInto(staging, context));
      return { directory: context.cacheDirectory };
    } catch (error) {
      if (!isInterLinkError(error)) throw error;
      return { refused: error.message };
    }
  },
};
