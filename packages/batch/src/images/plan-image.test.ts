import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolvePod } from '@interlink/plugin-sdk';
import type { Container } from '@interlink/spec';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

async function plan(spec: Partial<Container>, more: { readonly resolves?: boolean } = {}): Promise<PlannedImage> {
  const container = { name: 'main', image: 'lab/team/app:1', ...spec };
  const pod = { metadata: { name: 'p', namespace: 'n', uid: 'u' }, spec: { containers: [container] } };
  return await planImage(resolvePod({ pod }).containers[0]!, {
    images: buildApptainerImages({ homeDirectory: '/home/u' }),
    root,
    host: createLocalHost(),
    policy: {},
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
