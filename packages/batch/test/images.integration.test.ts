import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Secret } from '@interlink/spec';
import { ensureTestImages, slurmSupport, startRegistry, type Registry, type TestImages } from '@interlink/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApptainerWorld, type ApptainerWorldOptions } from './apptainer-world.ts';

const prepareMilliseconds = 600_000;
const support = await slurmSupport('debian-13');
const hostile = [
  '$(id)',
  '`id`',
  'a"b',
  "c'd",
  '\\',
  '; id',
  '*',
  '~',
  '${HOME}',
  'line\nline',
  ' ',
  '-x',
  '--help',
  'é',
];

describe.skipIf(!support.available)(support.reason.replace('Slurm', 'Apptainer and a registry'), () => {
  let images: TestImages;
  let registry: Registry;

  beforeAll(async () => {
    images = await ensureTestImages();
    registry = await startRegistry({ images });
  }, prepareMilliseconds);
  afterAll(() => registry[Symbol.asyncDispose]());

  const start = (options: ApptainerWorldOptions = {}): Promise<ApptainerWorld> =>
    ApptainerWorld.create({
      ...options,
      sharedDirectories: [images.directory, ...(options.sharedDirectories ?? [])],
      runtime: { insecureRegistries: [registry.address], ...options.runtime },
    });
  const said = (log: string, word: string): string[] =>
    [...log.matchAll(new RegExp(`^${word}=(.*)$`, 'gm'))].map(([, value = '']) => value);

  describe.each([
    ['root', false],
    ['a normal user', true],
  ])('a container of %s', (_name, asUser) => {
    it('runs the entry point, in the directory and with the variables of its image', async () => {
      await using world = await start({ asUser });
      const image = await registry.push(images.images.entrypoint);
      const { main, log } = await world.run({ image });
      expect(main?.state?.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
      expect(main?.imageID).toBe(`${registry.address}/entrypoint@${images.images.entrypoint.digest}`);
      expect(said(log, 'argument')).toEqual(['of the image', 'command', 'of the image']);
      expect(said(log, 'greeting')).toEqual(['hello world']);
      expect(said(log, 'directory')).toEqual(['/srv']);
    });

    it('gets arguments in place of the image’s command, as they are, and variables too', async () => {
      await using world = await start({ asUser });
      const image = await registry.push(images.images.entrypoint);
      const env = [{ name: 'GREETING', value: hostile.join('|') }];
      const { log } = await world.run({ image, args: hostile.filter((text) => !text.includes('\n')), env });
      expect(said(log, 'argument')).toEqual(['of the image', ...hostile.filter((text) => !text.includes('\n'))]);
      expect(log).toContain(`greeting=${hostile.join('|')}\n`);
      const echo = await world.run({ image, command: ['printf', '%s|'], args: hostile, workingDir: '/etc' });
      expect(echo.log).toBe(hostile.map((text) => `${text}|`).join(''));
    });

    it('has nothing of the machine, whatever its variable HOME says', async () => {
      const directory = await mkdtemp(join(tmpdir(), 'home-'));
      try {
        await chmod(directory, 0o755);
        await writeFile(join(directory, 'secret'), 'of the machine');
        await using world = await start({ asUser, sharedDirectories: [directory] });
        const image = await registry.push(images.images.busybox);
        const command = ['sh', '-c', 'echo "$HOME"; ls -A "$HOME" 2>&1; echo end'];
        for (const value of [directory, '/etc/apt']) {
          const { log } = await world.run({ image, command, env: [{ name: 'HOME', value }] });
          expect(log.split('\n')[0]).toBe(value);
          expect(log).toMatch(/^end$/m);
          expect(log).not.toMatch(/secret|sources.list/);
        }
        const env = [{ name: 'HOME', value: `${directory}:/mnt` }];
        await expect(world.run({ image, command, env })).rejects.toMatchObject({ code: 'ILK_UNSUPPORTED' });
      } finally {
        await rm(directory, { recursive: true });
      }
    });

    it('needs no shell in its image', async () => {
      await using world = await start({ asUser });
      const image = await registry.push(images.images['no-shell']);
      expect(await world.run({ image, args: ['echo', 'from the entry point'] })).toMatchObject({
        log: 'from the entry point\n',
      });
      expect(await world.run({ image, command: ['/busybox', 'echo', 'x'] })).toMatchObject({ log: 'x\n' });
    });

    it('has the working directory and the home directory of its pod', async () => {
      await using world = await start({ asUser });
      const image = await registry.push(images.images.busybox);
      const env = [{ name: 'HOME', value: '/tmp/home' }];
      const { log } = await world.run({
        image,
        command: ['sh', '-c', 'pwd; echo $HOME; echo x > /new && cat /new'],
        workingDir: '/etc',
        env,
      });
      expect(log).toBe('/etc\n/tmp/home\nx\n');
    });
  });

  it('pulls by digest, and takes files and directories as they are', async () => {
    await using world = await start({ policy: { images: { paths: [images.directory, '/no'] } } });
    const { busybox } = images.images;
    const reference = await registry.push(busybox);
    const byDigest = `${reference.slice(0, reference.lastIndexOf(':'))}@${busybox.digest}`;
    for (const image of [byDigest, busybox.sif, busybox.sandbox, `oci:${busybox.ociLayout}`]) {
      expect(await world.run({ image, command: ['echo', image] })).toMatchObject({ log: `${image}\n` });
    }
    const { main } = await world.run({ image: '/no/such.sif', command: ['true'] });
    expect(main?.state?.terminated).toMatchObject({ reason: 'ErrImagePull', exitCode: 125 });
  });

  it('gives a pod no file or directory of the machine that the site does not allow', async () => {
    await using world = await start();
    for (const image of ['/', images.images.busybox.sif, `oci:${images.images.busybox.ociLayout}`]) {
      await expect(world.run({ image, command: ['true'] })).rejects.toMatchObject({
        code: 'ILK_UNSUPPORTED',
        field: 'pod.spec.containers[0].image',
      });
    }
  });

  it('pulls an image once for 20 pods that start at the same time', async () => {
    await using own = await startRegistry({ images });
    await using world = await start({ runtime: { insecureRegistries: [own.address] } });
    const image = await own.push(images.images.busybox);
    const runs = await Promise.all(Array.from({ length: 20 }, () => world.run({ image, command: ['echo', 'ran'] })));
    expect(runs.map(({ log }) => log)).toEqual(runs.map(() => 'ran\n'));
    expect(await layerRequests(own)).toBe(1);
    expect((await world.cached()).filter((name) => name.endsWith('.sif'))).toHaveLength(1);
  });

  it('takes over from a job that was killed while it pulled', async () => {
    const shared = await mkdtemp(join(tmpdir(), 'killed-puller-'));
    try {
      const program = join(shared, 'apptainer');
      // The real one, but it can be made to wait.
      const script = `#!/bin/bash\n[[ $* != *pull* ]] || until [[ -e ${shared}/go ]]; do sleep 0.05; done\nexec /usr/bin/apptainer "$@"\n`;
      await writeFile(program, script, { mode: 0o755 });
      await using world = await start({
        sharedDirectories: [shared],
        runtime: { program, insecureRegistries: [registry.address] },
      });
      const image = await registry.push(images.images.busybox);
      const killed = world.pod({ image, command: ['echo', 'first'] });
      await world.create(killed);
      await world.waitsFor(killed, /^pulling image/);
      const second = world.pod({ image, command: ['echo', 'second'] });
      await world.create(second);
      await world.waitsFor(second, /^waiting for image .*, which is being pulled by a job on /);
      await world.machine.run(['pkill', '-KILL', '-f', `pull-image.sh ${world.root}/${killed.metadata?.uid ?? ''}/`]);
      await writeFile(join(shared, 'go'), '');
      expect((await world.ended(second)).log).toBe('second\n');
      expect((await world.ended(killed)).main?.state?.terminated).toMatchObject({
        reason: 'ErrImagePull',
        message: 'the program that pulls the image was killed on the machine of the job',
      });
    } finally {
      await rm(shared, { recursive: true });
    }
  });

  it('unpacks an image once where a user cannot mount files', async () => {
    await using world = await start({ asUser: true });
    await world.machine.run(['chmod', '600', '/dev/fuse']);
    const image = await registry.push(images.images.busybox);
    for (const word of ['first', 'second']) {
      expect(await world.run({ image, command: ['echo', word] })).toMatchObject({ log: `${word}\n` });
    }
    expect((await world.cached()).filter((name) => name.endsWith('.root'))).toHaveLength(1);
  });

  describe('an image that is not there', () => {
    it('is told when the pod is created', async () => {
      await using world = await start();
      await expect(world.run({ image: `${registry.address}/no/such:1` })).rejects.toMatchObject({
        code: 'ILK_INVALID_INPUT',
        field: 'pod.spec.containers[0].image',
        message: expect.stringMatching(/no\/such:1 was not found: (manifest|repository name not known)/) as string,
      });
    });

    it('is told by the job where the plugin does not ask', async () => {
      await using world = await start({ policy: { images: { resolve: false } } });
      const { main, log } = await world.run({ image: `${registry.address}/no/such:1` });
      expect(main?.state?.terminated).toMatchObject({
        reason: 'ErrImagePull',
        exitCode: 125,
        message: expect.stringMatching(/^reading manifest 1 in .*\/no\/such: .*(unknown|not known)/) as string,
      });
      expect(log).toBe('');
    });

    it('is not pulled by the policy Never', async () => {
      await using world = await start();
      const image = await registry.push(images.images.busybox);
      const { main } = await world.run({ image, imagePullPolicy: 'Never' });
      expect(main?.state?.terminated).toMatchObject({ reason: 'ErrImageNeverPull' });
    });
  });

  describe('a private image', () => {
    const credentials = { username: 'lab', password: 'open sesame' };
    const secretFor = (address: string, password = credentials.password): Secret => {
      const auth = Buffer.from(`lab:${password}`).toString('base64');
      const config = Buffer.from(JSON.stringify({ auths: { [address]: { auth } } })).toString('base64');
      return {
        metadata: { name: 'pull' },
        type: 'kubernetes.io/dockerconfigjson',
        data: { '.dockerconfigjson': config },
      };
    };
    let closed: Registry;
    let image: string;

    beforeAll(async () => {
      closed = await startRegistry({ images, credentials });
      image = await closed.push(images.images.busybox, 'team/private');
    });
    afterAll(() => closed[Symbol.asyncDispose]());

    const startClosed = (options: ApptainerWorldOptions = {}): Promise<ApptainerWorld> =>
      start({ ...options, runtime: { insecureRegistries: [closed.address] } });

    it('is pulled with the credentials of its pod', async () => {
      await using world = await startClosed();
      const run = await world.run({ image, command: ['echo', 'ran'] }, [secretFor(closed.address)]);
      expect(run.log).toBe('ran\n');
      expect(run.main?.imageID).toContain('@sha256:');
    });

    it('is refused with wrong credentials at once, and by the job where the plugin does not ask', async () => {
      await using world = await startClosed();
      const wrong = secretFor(closed.address, 'wrong password');
      await expect(world.run({ image }, [wrong])).rejects.toThrow(/refused the credentials of spec\.imagePullSecrets/);
      await using silent = await startClosed({ policy: { images: { resolve: false } } });
      const { main } = await silent.run({ image }, [wrong]);
      expect(main?.state?.terminated).toMatchObject({ reason: 'ErrImagePull' });
      expect(main?.state?.terminated?.message).toMatch(/unauthorized|authentication required|invalid username/);
      expect(JSON.stringify(main)).not.toContain('wrong password');
    });

    it('without credentials is refused by the registry, in its words', async () => {
      await using world = await startClosed();
      const { main } = await world.run({ image });
      expect(main?.state?.terminated).toMatchObject({ reason: 'ErrImagePull' });
      expect(main?.state?.terminated?.message).toMatch(/unauthorized|authentication required/);
    });
  });
});

/** How often something was sent that weighs 100 kB or more: a layer. */
async function layerRequests({ logFile }: Registry): Promise<number> {
  const lines = (await readFile(logFile, 'utf8')).split('\n');
  return lines.filter((line) => /"GET \/v2\/[^ ]*\/blobs\/[^ ]* HTTP\/1\.1" 200 \d{6,} /.test(line)).length;
}
