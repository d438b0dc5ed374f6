import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildPullTree, type PullOrder } from '../src/images/build-pull-tree.ts';
import type { RuntimeImages } from '../src/images/runtime-images.ts';
import { RunnerWorld, type TestContainer, type TestJob } from './runner-world.ts';

/** In place of a container runtime: writes down each call, does what the file `behaviour` says, and makes the target. */
const program = `#!/bin/bash
cd "\${0%/*}" || exit 1
printf '%s %s\\n' "$1" "\${*: -1}" >>calls
user=\${TEST_USER-} password=\${TEST_PASSWORD-} verb=$1 target=$2
[[ -z $user ]] || printf '%s:%s\\n' "$user" "$password" >>users
. ./behaviour
[[ $verb == probe || -z $target ]] || printf 'image' >"$target"
`;

export interface TestPull extends Partial<
  Pick<PullOrder, 'policy' | 'image' | 'key' | 'credentials' | 'facts' | 'reference' | 'name' | 'local'>
> {
  readonly form?: RuntimeImages['form'];
  readonly tries?: number;
  readonly staleSeconds?: number;
  readonly place?: string;
}

export const testDigest = `sha256:${'ab'.repeat(32)}`;
const pinned = { kind: 'registry', registry: 'lab', repository: 'a', digest: testDigest } as const;

/** A cache that many jobs share, and a program that pulls. */
export class PullWorld {
  readonly root: string;
  private readonly jobs: RunnerWorld[] = [];

  private constructor(root: string) {
    this.root = root;
  }

  static async create(): Promise<PullWorld> {
    const world = new PullWorld(await mkdtemp(join(tmpdir(), 'pull-')));
    await writeFile(join(world.root, 'runtime'), program);
    await chmod(join(world.root, 'runtime'), 0o755);
    await world.behave('');
    return world;
  }

  get cache(): string {
    return join(this.root, 'cache');
  }

  /** Bash that the program runs before it makes its target. */
  async behave(script: string): Promise<void> {
    await writeFile(join(this.root, 'behaviour'), script);
  }

  /** A job whose container `main` needs an image. */
  async job(
    pull: TestPull = {},
    container: Partial<TestContainer> = {},
    job: Partial<TestJob> = {},
  ): Promise<RunnerWorld> {
    const main = { name: 'main', argv: ['sh', '-c', 'readlink ../image'], ...container };
    const world = await RunnerWorld.create({ containers: [main], ...job });
    this.jobs.push(world);
    const directory = join(world.directory, 'container', main.name);
    if (container.workingDirectory === undefined) {
      await mkdir(join(directory, 'here'));
      await writeFile(join(directory, 'workdir'), `${join(directory, 'here')}\0`);
    }
    for (const entry of buildPullTree(this.order(pull, directory))) {
      const path = join(directory, entry.path);
      if (entry.kind === 'directory') await mkdir(path, { recursive: true });
      else if (entry.kind === 'file') {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, entry.content);
      }
    }
    return world;
  }

  private order({ form = 'file', tries = 3, staleSeconds = 30, ...pull }: TestPull, directory: string): PullOrder {
    const runtime = join(this.root, 'runtime');
    const images: RuntimeImages = {
      extension: 'img',
      form,
      pull: (image) => [runtime, 'pull', '{target}', image.kind === 'uri' ? image.uri : `lab/a@${image.digest ?? ''}`],
      probe: [runtime, 'probe', '{source}'],
      unpack: [runtime, 'unpack', '{target}', '{source}'],
      environment: () => [['SITE', 'yes']],
      credential: ({ username, password }) => ({
        environment: [
          ['TEST_USER', username],
          ['TEST_PASSWORD', password],
        ],
      }),
    };
    return {
      images,
      directory,
      name: 'lab/a:1',
      field: 'f',
      policy: 'IfNotPresent',
      limits: {
        pullTries: tries,
        pullBackoffSeconds: { initial: 1, maximum: 1 },
        lockSeconds: { beat: 1, stale: staleSeconds },
      },
      image: pinned,
      place: this.cache,
      key: 'sha256-ab',
      ...pull,
    };
  }

  /** What the program was called with: `pull lab/a@…`, `unpack …`. */
  async calls(): Promise<string[]> {
    return (await this.text('calls')).split('\n').filter((line) => line !== '');
  }

  /** A file of this world; '' where there is none. */
  async text(path: string): Promise<string> {
    return await readFile(join(this.root, path), 'utf8').catch(() => '');
  }

  async cached(): Promise<string[]> {
    return (await readdir(this.cache)).toSorted();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const job of this.jobs) await job[Symbol.asyncDispose]();
    await rm(this.root, { recursive: true, force: true });
  }
}
