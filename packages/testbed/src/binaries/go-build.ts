import { existsSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isInterLinkError, NotFoundError } from '@interlink/spec';
import { kubernetesVersion, programs } from './programs.ts';
import { runCommand } from './run-command.ts';
import type { ProgressTask } from '../progress/progress.ts';
import type { BinarySource, SourceContext } from './source.ts';
import { stageBinaries } from './stage-binaries.ts';

const binaryName = 'control-plane';
const usualTime = '7 minutes on 2 cores, 1.5 GB of modules and objects in the Go caches';

/** Linking comes after the last compiled package and is not counted by it. */
const compileShare = 0.95;

function moduleDirectory(): string {
  // From the source file and from the bundle the way up differs.
  const candidates = ['../../control-plane', '../control-plane'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const found = candidates.find((directory) => existsSync(join(directory, 'go.mod')));
  if (found === undefined) throw new NotFoundError('the Go module of the control plane is not in this installation');
  return found;
}

function linkerFlags(version: string): string {
  const [major, minor] = version.slice(1).split('.');
  const set = (name: string, value: string | undefined): string =>
    `-X k8s.io/component-base/version.${name}=${value ?? ''}`;
  return ['-s -w', set('gitVersion', version), set('gitMajor', major), set('gitMinor', minor)].join(' ');
}

async function countStalePackages(context: SourceContext, directory: string, task: ProgressTask): Promise<number> {
  let count = 0;
  await runCommand({
    argv: ['go', 'list', '-trimpath', '-deps', '-f', '{{if .Stale}}{{.ImportPath}}{{end}}', '.'],
    directory,
    environment: context.environment,
    signal: context.signal,
    onLine: (line) => {
      if (line.startsWith('go: ')) task.update(0, line);
      else if (line !== '') count += 1;
    },
  });
  return count;
}

async function build(context: SourceContext, output: string): Promise<void> {
  const directory = moduleDirectory();
  const task = context.progress.begin('building the Kubernetes control plane with Go', usualTime);
  try {
    task.update(0, 'resolving modules');
    const total = await countStalePackages(context, directory, task);
    task.update(0, `compiling ${total} packages`);
    let compiled = 0;
    await runCommand({
      argv: ['go', 'build', '-v', '-trimpath', '-ldflags', linkerFlags(kubernetesVersion), '-o', output, '.'],
      directory,
      environment: context.environment,
      signal: context.signal,
      onLine: (line) => {
        if (!line.startsWith('go: ')) compiled += 1;
        task.update(Math.min(compileShare, (compileShare * compiled) / Math.max(total, 1)), line);
      },
    });
    task.update(1);
  } finally {
    task.end();
  }
}

async function buildInto(staging: string, context: SourceContext): Promise<void> {
  await build(context, join(staging, binaryName));
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
