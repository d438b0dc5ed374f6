import { resolvePod } from '@interlink/plugin-sdk';
import type { Container } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import type { Bind, ContainerStart, StartRequest } from '../contract/container-runtime.ts';
import { buildEnrootImages } from './enroot-images.ts';
import { buildEnrootStart } from './enroot-runtime.ts';

function start(container: Partial<Container>, request: Partial<StartRequest> = {}): ContainerStart {
  const pod = resolvePod({
    pod: {
      metadata: { name: 'p', namespace: 'n', uid: 'u' },
      spec: { containers: [{ name: 'main', image: 'busybox', ...container }] },
    },
  });
  const directory = '/jobs/u/container/main';
  const image = { path: `${directory}/image`, workingDirectory: '/srv' };
  return buildEnrootStart(
    { pod, container: pod.containers[0]!, directory, binds: [], image, ...request },
    { homeDirectory: '/home/u' },
  );
}

const bind: Bind = {
  source: '/jobs/u/volumes/v',
  target: '/data',
  readOnly: true,
  type: 'directory',
  field: 'pod.spec.containers[0].volumeMounts[0]',
  owned: true,
};

/** From the documentation of enroot 3: `enroot start [options] NAME [COMMAND] [ARG...]`. */
describe('the enroot command of a container', () => {
  it('leaves the entry point to the image where there is no command', () => {
    expect(start({ args: ['--flag'] }).argv).toEqual([
      'enroot',
      'start',
      '--rw',
      '--env',
      'HOSTNAME',
      '--env',
      'NVIDIA_VISIBLE_DEVICES',
      'root',
      '--flag',
    ]);
  });

  it('runs a command by a script of its own, in the directory of the pod or the image', () => {
    const { argv, files, environment } = start({ command: ['sh', '-c'], args: ['x; y'] });
    expect(argv.slice(0, 5)).toEqual(['enroot', 'start', '--rw', '--rc', '/jobs/u/container/main/rc']);
    expect(argv.slice(-4)).toEqual(['root', 'sh', '-c', 'x; y']);
    expect(files).toMatchObject([{ path: 'rc', content: expect.stringContaining('exec "$@"') as string }]);
    expect(environment).toContainEqual(['INTERLINK_DIRECTORY', '/srv']);
    expect(start({ command: ['x'], workingDir: '/w' }).environment).toContainEqual(['INTERLINK_DIRECTORY', '/w']);
  });

  it('has values of variables in its environment alone', () => {
    const { argv, environment } = start({ env: [{ name: 'TOKEN', value: 'secret value' }] });
    expect(argv).toContain('TOKEN');
    expect(argv.join(' ')).not.toContain('secret value');
    expect(environment).toContainEqual(['TOKEN', 'secret value']);
    expect(environment).toContainEqual(['ENROOT_DATA_PATH', '/jobs/u/container/main/enroot']);
  });

  // In the environment of enroot, a bash program of the machine, they would choose what it runs there.
  it.each(['PATH', 'HOME', 'BASH_ENV', 'ENV', 'LD_PRELOAD', 'ENROOT_MOUNT_HOME', 'XDG_CONFIG_HOME'])(
    'gives %s to the container alone',
    (name) => {
      const { argv, environment } = start({ env: [{ name, value: '/jobs/u/volumes/v' }] });
      expect(argv[argv.indexOf(`${name}=/jobs/u/volumes/v`) - 1]).toBe('--env');
      expect(environment.flat()).not.toContain('/jobs/u/volumes/v');
      expect(environment).toEqual(
        expect.arrayContaining([
          ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
          ['HOME', '/home/u'],
        ]),
      );
    },
  );

  it('mounts by lines of fstab', () => {
    const { argv } = start({}, { binds: [bind] });
    expect(argv[argv.indexOf('--mount') + 1]).toBe('/jobs/u/volumes/v:/data:none:x-create=dir,bind,ro');
  });

  it('shows GPUs only to a container that asks for them', () => {
    const devices = (container: Partial<Container>) =>
      start(container).environment.find(([name]) => name === 'NVIDIA_VISIBLE_DEVICES')?.[1];
    expect(devices({})).toBe('void');
    expect(devices({ resources: { limits: { 'nvidia.com/gpu': '1' } } })).toBe('all');
    expect(devices({ env: [{ name: 'NVIDIA_VISIBLE_DEVICES', value: '0' }] })).toBe('0');
  });

  it.each([
    ['a path that cannot be mounted', {}, { binds: [{ ...bind, target: '/a b' }] }, bind.field],
    ['a line break in a variable', { env: [{ name: 'A', value: 'x\nB=y' }] }, {}, 'pod.spec.containers[0].env'],
    ['a variable of an odd name', { env: [{ name: 'a.b', value: 'x' }] }, {}, 'pod.spec.containers[0].env'],
    ['another directory for the entry point', { workingDir: '/w' }, {}, 'pod.spec.containers[0].workingDir'],
  ])('refuses %s, naming the field', (_name, container, request, field) => {
    expect(() => start(container, request)).toThrow(expect.objectContaining({ field }) as Error);
  });
});

describe('the commands with which enroot gets an image', () => {
  const images = buildEnrootImages({ homeDirectory: '/home/u', insecureRegistries: ['lab:5000'] });
  const digest = `sha256:${'a'.repeat(64)}`;
  const image = { kind: 'registry', registry: 'lab:5000', repository: 'a/b', tag: '1' } as const;

  it.each([
    [image, 'docker://lab:5000#a/b:1'],
    [{ ...image, digest }, `docker://lab:5000#a/b:${digest}`],
    [{ ...image, registry: 'docker.io' }, 'docker://a/b:1'],
  ])('import %j as %s', (wanted, uri) => {
    expect(images.pull(wanted, 'f')).toEqual(['enroot', 'import', '--output', '{target}', uri]);
  });

  it('speak plain HTTP to the registries that were named', () => {
    expect(images.environment('/d', image)).toContainEqual(['ENROOT_ALLOW_HTTP', 'yes']);
    expect(images.environment('/d', { ...image, registry: 'lab' }).map(([name]) => name)).not.toContain(
      'ENROOT_ALLOW_HTTP',
    );
  });

  it('refuse what only other runtimes know', () => {
    expect(() => images.pull({ kind: 'uri', uri: 'oras://h/x' }, 'f')).toThrow('f.image');
  });

  it('have credentials in a file, and none that would be code', () => {
    const { environment, files } = images.credential({ username: '$oauthtoken', password: 'k:e=y' }, image, '/d');
    expect(environment).toEqual([['ENROOT_CONFIG_PATH', '/d']]);
    expect(files).toContainEqual({
      kind: 'file',
      path: '.credentials',
      mode: 0o600,
      content: 'machine lab login $oauthtoken password k:e=y\n',
    });
    for (const password of ['$(id)', 'a b', '`id`', 'a"b', '']) {
      expect(() => images.credential({ username: 'u', password }, image, '/d')).toThrow('imagePullSecrets');
    }
  });
});
