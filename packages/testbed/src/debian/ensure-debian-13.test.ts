import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeScript } from '../testing/fake-programs.ts';
import { recordProgress } from '../testing/recorded-progress.ts';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { debian13Programs, debian13Recipe } from './debian-13-recipe.ts';
import { ensureDebian13 } from './ensure-debian-13.ts';

async function fill(tree: string, programs: readonly string[]): Promise<void> {
  for (const program of programs) {
    await mkdir(dirname(join(tree, program)), { recursive: true });
    await writeFile(join(tree, program), '');
  }
}

/** A machine whose debootstrap and unshare make what they are to make, without asking anybody. */
async function machine({ programs = debian13Programs }: { programs?: readonly string[] } = {}) {
  const root = await temporaryDirectory();
  const bin = join(root, 'bin');
  const made = join(root, 'made');
  await fill(made, programs);
  await mkdir(bin);
  await writeScript(
    join(bin, 'debootstrap'),
    `mkdir -p "$4/etc/apt/apt.conf.d"; cp -r '${made}/.' "$4"; echo "$5" > "$4/mirror"; echo "I: done"; echo x >> '${root}/builds'`,
  );
  await writeScript(join(bin, 'unshare'), 'echo "Setting up everything"');
  const environment = {
    PATH: `${bin}:/usr/bin:/bin`,
    XDG_CACHE_HOME: join(root, 'cache'),
    INTERLINK_DEBIAN_MIRROR: 'http://mirror.example/debian',
  };
  const cached = join(root, 'cache/interlink/debian-13', debian13Recipe.name);
  return { root, made, cached, options: { environment, progress: recordProgress(), userId: 0 } };
}

describe('the root tree of Debian 13', () => {
  it('is made once, also when several want it at the same time, and says how long it takes', async () => {
    const { root, cached, options } = await machine();
    const [one, other] = await Promise.all([ensureDebian13(options), ensureDebian13(options)]);
    expect(one).toBe(join(cached, process.arch));
    expect(other).toBe(one);
    expect((await stat(join(root, 'builds'))).size).toBe('x\n'.length);
    expect((await stat(one)).mode & 0o777).toBe(0o755);
    expect(options.progress.lines.join('\n')).toContain('making a Debian 13 root with Slurm and Apptainer (1 minute)');
  });

  it('is not kept when something is missing in it', async () => {
    const { cached, options } = await machine({ programs: debian13Programs.slice(1) });
    await expect(ensureDebian13(options)).rejects.toMatchObject({
      code: 'ILK_BACKEND',
      message: 'the new Debian 13 root lacks usr/sbin/slurmctld',
    });
    expect(await readdir(cached)).toEqual([]);
  });

  it('can be one of yours, which must be whole', async () => {
    const { root, made, options } = await machine();
    const named = { ...options, environment: { ...options.environment, INTERLINK_DEBIAN_13_ROOT: made } };
    expect(await ensureDebian13({ ...named, userId: 1000 })).toBe(made);
    const broken = { ...options, environment: { ...options.environment, INTERLINK_DEBIAN_13_ROOT: root } };
    await expect(ensureDebian13(broken)).rejects.toMatchObject({
      code: 'ILK_INVALID_INPUT',
      message: expect.stringContaining(`INTERLINK_DEBIAN_13_ROOT is ${root}, which lacks usr/sbin/slurmctld`) as string,
    });
  });

  it('is said to need root in one line', async () => {
    const { options } = await machine();
    await expect(ensureDebian13({ ...options, userId: 1000 })).rejects.toMatchObject({
      code: 'ILK_UNAVAILABLE',
      message: expect.stringMatching(
        /^there is no Debian 13 root .* run this once with sudo, or set INTERLINK_DEBIAN_13_ROOT to one$/,
      ) as string,
    });
  });
});
