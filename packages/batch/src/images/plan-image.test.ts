import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolvePod } from '@interlink/plugin-sdk';
import type { Container } from '@interlink/spec';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BatchPolicy } from '../contract/policy.ts';
import { createLocalHost } from '../host/local-host.ts';
import { buildApptainerImages } from '../runtimes/apptainer-images.ts';
import type { ImageResolver } from './image-resolver.ts';
import { planImage, type PlannedImage } from './plan-image.ts';
import { readPullSecrets } from './registry-credentials.ts';

const digest = (character: string): string => `sha256:${character.repeat(64)}`;
const secret = {
  data: {
    '.dockerconfigjson': Buffer.from('{"auths":{"lab.example":{"username":"u","password":"swordfish"}}}').toString(
      'base64',
    ),
  },
};

let root = '';
let asked: string[] = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'plan-image-'));
  asked = [];
});
afterEach(() => rm(root, { recursive: true }));

/** The network's edge: a registry where every name means the same image. */
const resolver: ImageResolver = {
  resolve(image) {
    asked.push(image.repository);
    return Promise.resolve({ digest: digest('a'), workingDirectory: '/srv' });
  },
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

interface PlanOptions {
  readonly resolves?: boolean;
  readonly policy?: BatchPolicy;
  /** The site's, and the pod's in its place. */
  readonly sitePrefix?: string;
  readonly prefix?: string;
}

async function plan(spec: Partial<Container>, more: PlanOptions = {}): Promise<PlannedImage> {
  const container = { name: 'main', image: 'lab/team/app:1', ...spec };
  const pod = { metadata: { name: 'p', namespace: 'n', uid: 'u' }, spec: { containers: [container] } };
  return await planImage(resolvePod({ pod }).containers[0]!, {
    images: buildApptainerImages({ homeDirectory: '/home/u', imagePrefix: more.sitePrefix }),
    root,
    host: createLocalHost(),
    policy: more.policy ?? {},
    prefix: more.prefix,
    resolver: more.resolves === false ? undefined : resolver,
    credentials: readPullSecrets([secret]),
    directory: '/jobs/u/container/main',
  });
}

function file({ files }: PlannedImage, path: string): string {
  const entry = files.find((candidate) => candidate.path === path);
  return entry?.kind === 'file' ? String(entry.content) : '';
}

/** As a pull leaves it in the cache. */
async function remember(planned: PlannedImage, facts: object): Promise<void> {
  const [, hash = ''] = /^reference (\w+)$/m.exec(file(planned, 'pull/settings')) ?? [];
  await mkdir(join(root, '.images'));
  await writeFile(join(root, '.images', `reference-${hash}.json`), JSON.stringify(facts));
}

describe('the image of a container', () => {
  it('is pulled by the digest that its name means, with the directory that it starts in', async () => {
    const planned = await plan({ image: 'lab.example/team/app:1' });
    expect(planned).toMatchObject({
      id: `lab.example/team/app@${digest('a')}`,
      path: '/jobs/u/container/main/image',
      workingDirectory: '/srv',
    });
    expect(file(planned, 'pull/command')).toContain(`docker://lab.example/team/app@${digest('a')}\0`);
    expect(file(planned, 'pull/settings')).toContain(`key sha256-${'a'.repeat(64)}\npinned yes\n`);
  });

  it.each([
    ['IfNotPresent', 0, digest('b')],
    ['Always', 1, digest('a')],
    ['Never', 0, digest('b')],
  ] as const)(
    'with the policy %s asks the registry %i times for a name that the cache knows',
    async (imagePullPolicy, times, id) => {
      await remember(await plan({}), { digest: digest('b') });
      asked = [];
      expect((await plan({ imagePullPolicy })).id).toBe(`docker.io/lab/team/app@${id}`);
      expect(asked).toHaveLength(times);
    },
  );

  it('is asked for again where the cache has something else than a digest', async () => {
    await remember(await plan({}), { digest: '../../etc' });
    asked = [];
    expect((await plan({})).id).toBe(`docker.io/lab/team/app@${digest('a')}`);
    expect(asked).toHaveLength(1);
  });

  it('keeps its name where nobody can say what it means', async () => {
    const planned = await plan({}, { resolves: false });
    expect(planned.id).toBeUndefined();
    expect(file(planned, 'pull/command')).toContain('docker://docker.io/lab/team/app:1\0');
    expect(file(planned, 'pull/settings')).toMatch(/^key name-\w{32}$/m);
    const pinned = await plan({ image: `lab.example/app@${digest('c')}` }, { resolves: false });
    expect(pinned.id).toBe(`lab.example/app@${digest('c')}`);
  });

  it('has credentials in private files of their own, and only those of its registry', async () => {
    const planned = await plan({ image: 'lab.example/app:1' });
    const holders = planned.files.filter(
      (entry) => entry.kind === 'file' && String(entry.content).includes('swordfish'),
    );
    expect(holders.map(({ path }) => path)).toEqual(['pull/credentials/000.env', 'pull/credentials/000.secret']);
    expect(holders.every((entry) => entry.kind === 'file' && entry.mode === 0o600)).toBe(true);
    expect(JSON.stringify((await plan({ image: 'other.example/app:1' })).files)).not.toContain('swordfish');
  });

  it('may be refused for its policy, by name', async () => {
    await expect(plan({ imagePullPolicy: 'Sometimes' })).rejects.toMatchObject({
      field: 'pod.spec.containers[0].imagePullPolicy',
    });
  });
});

describe('an image that is a path of the machine', () => {
  const refusal = {
    code: 'ILK_UNSUPPORTED',
    field: 'pod.spec.containers[0].image',
    message: expect.stringMatching(/^pod\.spec\.containers\[0\]\.image: .*images\.paths/) as string,
  };

  it.each(['/', '/etc', '/images/a.sif', 'oci:/etc', 'oci:///etc', 'oci-archive:/x.tar', 'docker-archive:/x.tar:a'])(
    'is refused where the site allows none: %s',
    async (image) => {
      await expect(plan({ image })).rejects.toMatchObject(refusal);
    },
  );

  it('is refused when it only comes from a prefix of the pod’s own', async () => {
    await expect(plan({ image: 'etc' }, { prefix: '/' })).rejects.toMatchObject(refusal);
    await expect(plan({ image: 'etc' }, { prefix: 'oci:/', sitePrefix: '/cvmfs/' })).rejects.toMatchObject(refusal);
  });

  describe.each(['create', 'start'] as const)('with images.paths, and paths looked at when pods %s', (checkPaths) => {
    const policy = { checkPaths, images: { paths: ['/no-such-images', '/more'] } };

    it.each(['/no-such-images/a.sif', '/no-such-images', '/more/b@sha256:1/', 'oci:/more/layout:tag'])(
      'may be in one of them: %s',
      async (image) => {
        const [path = ''] = image.replace(/^oci:/, '').split(':t');
        expect(file(await plan({ image }, { policy }), 'pull/local')).toBe(`${path}\0/no-such-images\0/more\0`);
      },
    );

    it.each([
      '/no-such-images-too/a.sif',
      '/no-such-images/../etc',
      '//more/a',
      'oci:more/a',
      'oci://more/a',
      'oci:///more/a',
      'oci:/more/../etc',
      'oci:/more/a@0',
      'docker-archive:/etc/x.tar:/more/a',
    ])('may not be elsewhere, nor be read in two ways: %s', async (image) => {
      await expect(plan({ image }, { policy })).rejects.toMatchObject(refusal);
    });
  });

  it('may be in the directory of the site’s prefix, and not beside it', async () => {
    const site = { sitePrefix: '/cvmfs/unpacked/' };
    expect((await plan({ image: 'team/app:1' }, site)).source).toBe('/cvmfs/unpacked/team/app:1');
    expect((await plan({ image: '/cvmfs/unpacked/a' }, site)).source).toBe('/cvmfs/unpacked/a');
    await expect(plan({ image: '../other' }, site)).rejects.toMatchObject(refusal);
    await expect(plan({ image: '/cvmfs/other' }, site)).rejects.toMatchObject(refusal);
    await expect(plan({ image: 'other' }, { sitePrefix: '/cvmfs/unpacked-' })).rejects.toMatchObject(refusal);
  });

  it('may not be a link that leads out, where the plugin’s machine can know', async () => {
    await mkdir(join(root, 'images'));
    await symlink('/etc', join(root, 'images/etc'));
    await symlink(join(root, 'images'), join(root, 'link'));
    const images = { paths: [join(root, 'images')] };
    const image = join(root, 'images/etc');
    await expect(plan({ image }, { policy: { images } })).rejects.toMatchObject(refusal);
    expect((await plan({ image }, { policy: { images, checkPaths: 'start' } })).source).toBe(image);
    expect((await plan({ image: join(root, 'link/a') }, { policy: { images } })).source).toBe(join(root, 'link/a'));
  });

  it.each(['oras://lab/a', 'library://a/b'])('is none that comes from elsewhere: %s', async (image) => {
    const planned = await plan({ image });
    expect(planned.source).toBe(image);
    expect(planned.files.map(({ path }) => path)).not.toContain('pull/local');
  });
});
