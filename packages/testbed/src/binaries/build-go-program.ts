import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NotFoundError } from '@interlink/spec';
import type { ProgressTask } from '../progress/progress.ts';
import { runCommand } from './run-command.ts';
import type { SourceContext } from './source.ts';

/** Linking comes after the last compiled package and is not counted by it. */
const compileShare = 0.95;

/** A program that Go builds from modules. */
export interface GoProgram {
  /** Directory of the Go module in this package, e.g. `control-plane`. */
  readonly module: string;
  /** Import path, or `.` for the module's own. */
  readonly package: string;
  /** Version of Kubernetes that the program says it is, e.g. `v1.36.3`. */
  readonly version: string;
  /** Names the modules instead of `go.mod`, with a `.sum` beside it. */
  readonly moduleFile?: string;
  /** `test` makes the binary of a package's tests. Default `program`. */
  readonly kind?: 'program' | 'test';
  /** What is built, for people. */
  readonly title: string;
  /** How long it takes, for people. */
  readonly usualTime: string;
  /** Added to the environment, e.g. `CGO_ENABLED`. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** What a build needs of its surroundings. */
export type BuildContext = Pick<SourceContext, 'environment' | 'progress' | 'signal'>;

function moduleDirectory(name: string): string {
  // From the source file and from the bundle the way up differs.
  const candidates = [`../../${name}`, `../${name}`].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  const found = candidates.find((directory) => existsSync(`${directory}/go.mod`));
  if (found === undefined) throw new NotFoundError(`the Go module ${name} is not in this installation`);
  return found;
}

function linkerFlags(version: string): string {
  const [major, minor] = version.slice(1).split('.');
  const set = (name: string, value: string | undefined): string =>
    `-X k8s.io/component-base/version.${name}=${value ?? ''}`;
  return ['-s -w', set('gitVersion', version), set('gitMajor', major), set('gitMinor', minor)].join(' ');
}

function moduleFlags({ moduleFile }: GoProgram): string[] {
  return moduleFile === undefined ? [] : [`-modfile=${moduleFile}`];
}

interface Build {
  readonly program: GoProgram;
  readonly directory: string;
  readonly context: BuildContext;
  readonly task: ProgressTask;
}

async function countStalePackages({ program, directory, context, task }: Build): Promise<number> {
  const test = program.kind === 'test' ? ['-test'] : [];
  let count = 0;
  await runCommand({
    argv: [
      'go',
      'list',
      ...moduleFlags(program),
      '-trimpath',
      '-deps',
      ...test,
      '-f',
      '{{if .Stale}}{{.ImportPath}}{{end}}',
      program.package,
    ],
    directory,
    environment: { ...context.environment, ...program.variables },
    signal: context.signal,
    onLine: (line) => {
      if (line.startsWith('go: ')) task.update(0, line);
      else if (line !== '') count += 1;
    },
  });
  return count;
}

async function compile({ program, directory, context, task }: Build, output: string, total: number): Promise<void> {
  // `go test` knows no -v that names packages; -x prints the command of each.
  const verb = program.kind === 'test' ? ['test', '-c', '-x'] : ['build', '-v'];
  const compiledPackage = program.kind === 'test' ? /\/compile .*? -p (\S+) / : /^(?!go: )(\S+)/;
  let compiled = 0;
  await runCommand({
    argv: [
      'go',
      ...verb,
      ...moduleFlags(program),
      '-trimpath',
      '-ldflags',
      linkerFlags(program.version),
      '-o',
      output,
      program.package,
    ],
    directory,
    environment: { ...context.environment, ...program.variables },
    signal: context.signal,
    onLine: (line) => {
      const name = compiledPackage.exec(line)?.[1];
      if (name !== undefined) compiled += 1;
      task.update(Math.min(compileShare, (compileShare * compiled) / Math.max(total, 1)), name);
    },
  });
}

/** Builds a program into a file, a `BackendError` with Go's words when it fails. */
export async function buildGoProgram(program: GoProgram, output: string, context: BuildContext): Promise<void> {
  const directory = moduleDirectory(program.module);
  const task = context.progress.begin(program.title, program.usualTime);
  const build = { program, directory, context, task };
  try {
    task.update(0, 'resolving modules');
    const total = await countStalePackages(build);
    task.update(0, `compiling ${total} packages`);
    await compile(build, output, total);
    task.update(1);
  } finally {
    task.end();
  }
}
