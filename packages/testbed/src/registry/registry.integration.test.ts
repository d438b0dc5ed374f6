import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProcesses } from '../apps/find-processes.ts';
import { debian13User } from '../debian/debian-13-recipe.ts';
import { ensureDebian13 } from '../debian/ensure-debian-13.ts';
import { ensureTestImages, type TestImages } from '../images/ensure-test-images.ts';
import type { Machine } from '../machine/machine.ts';
import { startMachine } from '../machine/start-machine.ts';
import { slurmSupport } from '../slurm/slurm-support.ts';
import { startRegistry } from './start-registry.ts';

const startTimeoutMilliseconds = 600_000;
const support = await slurmSupport('debian-13');

describe.skipIf(!support.available)(support.reason.replace('Slurm', 'images of tests'), () => {
  let images: TestImages;
  let directory: string;
  let machine: Machine;

  beforeAll(async () => {
    images = await ensureTestImages();
    directory = await mkdtemp(join(tmpdir(), 'interlink-images-test-'));
    await mkdir(join(directory, 'machine'));
    machine = await startMachine({
      directory: join(directory, 'machine'),
      rootTree: await ensureDebian13(),
      sharedDirectories: [images.directory],
    });
  }, startTimeoutMilliseconds);
  afterAll(async () => {
    await machine[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });

  it.each([undefined, debian13User.name])('run with their entry point in Apptainer, as user %s', async (user) => {
    for (const image of [images.images.entrypoint.sif, images.images.entrypoint.sandbox]) {
      const { stdout } = await machine.run(['apptainer', '--silent', 'run', image], { user });
      const lines = ['argument=of the image', 'argument=command', 'argument=of the image', 'greeting=hello world'];
      expect(stdout.split('\n').slice(0, 4)).toEqual(lines);
    }
    const { stdout } = await machine.run(['apptainer', '--silent', 'exec', images.images.busybox.sif, 'id', '-u'], {
      user,
    });
    expect(stdout.trim()).toBe(user === undefined ? '0' : String(debian13User.uid));
  });

  it('have no shell where they are to have none', async () => {
    const { sif } = images.images['no-shell'];
    await expect(machine.run(['apptainer', '--silent', 'exec', sif, 'sh'])).rejects.toMatchObject({
      code: 'ILK_BACKEND',
    });
    const { stdout } = await machine.run(['apptainer', '--silent', 'exec', sif, '/busybox', 'echo', 'here']);
    expect(stdout).toBe('here\n');
  });

  it('are served by a registry under the digest that they have on disk', async () => {
    await using registry = await startRegistry({ images });
    const reference = await registry.push(images.images.entrypoint);
    expect(reference).toBe(`${registry.address}/entrypoint:1`);
    const response = await fetch(`http://${registry.address}/v2/entrypoint/manifests/1`, {
      headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
    });
    expect(response.headers.get('docker-content-digest')).toBe(images.images.entrypoint.digest);
    const pulled = join('/tmp', 'pulled.sif');
    await machine.run(['apptainer', '--silent', 'pull', '--no-https', pulled, `docker://${reference}`]);
    const { stdout } = await machine.run(['apptainer', '--silent', 'run', pulled]);
    expect(stdout).toContain('argument=command\n');
    expect(await readFile(registry.logFile, 'utf8')).toContain('GET /v2/entrypoint/manifests/');
  });

  it('are kept by a registry from who does not know the password, and by TLS from who does not trust it', async () => {
    const credentials = { username: 'puller', password: 'correct horse' };
    await using registry = await startRegistry({ images, credentials, tls: true });
    await registry.push(images.images.busybox, 'team/private');
    const url = `https://${registry.address}/v2/team/private/manifests/1`;
    await expect(fetch(url)).rejects.toThrow('fetch failed');
    const status = async (...args: string[]): Promise<string> => {
      const accept = 'Accept: application/vnd.oci.image.manifest.v1+json';
      const curl = [
        '--silent',
        '--header',
        accept,
        '--cacert',
        registry.authorityFile ?? '',
        '--write-out',
        '%{http_code}',
        ...args,
        url,
      ];
      return (await promisify(execFile)('curl', ['--output', '/dev/null', ...curl])).stdout;
    };
    expect(await status()).toBe('401');
    expect(await status('--user', 'puller:wrong')).toBe('401');
    expect(await status('--user', 'puller:correct horse')).toBe('200');
  });

  it('leave no process and no file of the registry behind', async () => {
    const registry = await startRegistry({ images });
    expect(await findProcesses(dirname(registry.logFile))).not.toEqual([]);
    await registry[Symbol.asyncDispose]();
    expect(await findProcesses(dirname(registry.logFile))).toEqual([]);
    expect(existsSync(dirname(registry.logFile))).toBe(false);
  });
});
