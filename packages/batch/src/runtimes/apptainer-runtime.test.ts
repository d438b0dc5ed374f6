import { resolvePod } from '@interlink/plugin-sdk';
import type { Container } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import type { Bind, ContainerStart, StartRequest } from '../contract/container-runtime.ts';
import { buildApptainerImages } from './apptainer-images.ts';
import { buildApptainerStart, type ApptainerOptions } from './apptainer-runtime.ts';

interface StartOptions extends Partial<ApptainerOptions> {
  readonly request?: Partial<StartRequest>;
}

function start(
  container: Partial<Container>,
  binds: readonly Bind[] = [],
  { request, ...options }: StartOptions = {},
): ContainerStart {
  const pod = resolvePod({
    pod: {
      metadata: { name: 'p', namespace: 'n', uid: 'u' },
      spec: { containers: [{ name: 'main', image: 'busybox', ...container }] },
    },
  });
  return buildApptainerStart(
    {
      pod,
      container: pod.containers[0]!,
      directory: '/jobs/u/container/main',
      binds,
      image: { path: '/jobs/u/container/main/image' },
      ...request,
    },
    { homeDirectory: '/home/u', ...options },
  );
}

const bind = (more: Partial<Bind>): Bind => ({
  source: '/jobs/u/volumes/v',
  target: '/data',
  readOnly: false,
  type: 'directory',
  field: 'f',
  owned: true,
  ...more,
});

describe('the apptainer command of a container', () => {
  it('executes its command, and runs the image where there is none', () => {
    expect(start({ command: ['sh', '-c'], args: ['x; y'] }).argv).toEqual([
      'apptainer',
      '--silent',
      'exec',
      '--compat',
      '--cleanenv',
      '--no-eval',
      '--pwd',
      '/',
      '/jobs/u/container/main/image',
      'sh',
      '-c',
      'x; y',
    ]);
    expect(start({ args: ['--flag'] }).argv.slice(2)).toEqual([
      'run',
      '--compat',
      '--cleanenv',
      '--no-eval',
      '--pwd',
      '/',
      '/jobs/u/container/main/image',
      '--flag',
    ]);
  });

  it('is started as another user where it asks for one and may', () => {
    const user = { uid: 1000, gid: 5, groups: [7, 9] };
    const { argv } = start({ command: ['x'] }, [], { request: { user } });
    expect(argv.join(' ')).toContain('--security uid:1000 --security gid:5:7:9');
    expect(start({ command: ['x'] }).argv).not.toContain('--security');
  });

  it('cannot write to its image where it asks for that', () => {
    const { argv } = start({ command: ['x'], securityContext: { readOnlyRootFilesystem: true } });
    expect(argv).toEqual(expect.arrayContaining(['--contain', '--ipc', '--pid', '--cleanenv']));
    expect(argv).not.toContain('--writable-tmpfs');
    expect(argv).not.toContain('--compat');
  });

  it('has the working directory and the binds as arguments that no character can leave', () => {
    const { argv } = start({ command: ['x'], workingDir: '/w' }, [
      bind({ readOnly: true }),
      bind({ target: '/a,b', source: '/q"r' }),
    ]);
    expect(argv).toEqual(
      expect.arrayContaining(['--pwd', '/w', '--mount', 'type=bind,source=/jobs/u/volumes/v,destination=/data,ro']),
    );
    expect(argv).toContain('type=bind,"source=/q""r","destination=/a,b"');
  });

  it('binds the outer of two nested volumes first, and makes the inner mount point in it', () => {
    const outer = bind({ target: '/data', source: '/jobs/u/volumes/outer' });
    const inner = bind({ target: '/data/in/x.conf', source: '/jobs/u/volumes/inner/x', type: 'file' });
    const { argv, mountPoints } = start({ command: ['x'], workingDir: '/data/work' }, [inner, outer]);
    expect(argv.filter((argument) => argument.startsWith('type=bind'))).toEqual([
      'type=bind,source=/jobs/u/volumes/outer,destination=/data',
      'type=bind,source=/jobs/u/volumes/inner/x,destination=/data/in/x.conf',
    ]);
    expect(mountPoints).toEqual([
      { path: '/jobs/u/volumes/outer/in/x.conf', type: 'file' },
      { path: '/jobs/u/volumes/outer/work', type: 'directory' },
    ]);
  });

  it('starts where the pod says, else where the image says, else at the root', () => {
    const image = { path: '/i', workingDirectory: '/srv/app' };
    const directoryOf = ({ argv, join }: ContainerStart) => {
      const directory = argv[argv.indexOf('--pwd') + 1];
      expect(join?.workingDirectory).toBe(directory);
      return directory;
    };
    expect(directoryOf(start({ workingDir: '/w' }, [], { request: { image } }))).toBe('/w');
    expect(directoryOf(start({}, [], { request: { image } }))).toBe('/srv/app');
    expect(directoryOf(start({}))).toBe('/');
  });

  it('has the site’s options, and those of the pod that the site allows, before the image', () => {
    const { argv } = start({ command: ['x'] }, [], {
      options: ['--fakeroot'],
      request: { options: ['--bind=/scratch'] },
    });
    expect(argv.slice(-4)).toEqual(['--fakeroot', '--bind=/scratch', '/jobs/u/container/main/image', 'x']);
  });

  it('has the home directory of the pod, which apptainer takes from no variable', () => {
    // Not without --no-home: that would mount the machine's /data.
    expect(start({ env: [{ name: 'HOME', value: '/data' }] }).argv.join(' ')).toContain(' --no-home --home /data ');
    expect(start({ env: [{ name: 'HOME', value: '' }] }).argv).not.toContain('--home');
  });

  it('passes variables on under the name that the program reads', () => {
    const { environment, join } = start({ env: [{ name: 'A', value: 'b' }] }, [], {
      version: 'singularity-ce version 4.2.1',
    });
    expect(environment).toContainEqual(['SINGULARITYENV_A', 'b']);
    expect(join?.environmentPrefix).toBe('SINGULARITYENV_');
  });

  it('has no variable on its command line', () => {
    const { argv, environment } = start({ command: ['x'], env: [{ name: 'TOKEN', value: 'secret value' }] });
    expect(argv.join(' ')).not.toContain('secret value');
    expect(environment).toContainEqual(['APPTAINERENV_TOKEN', 'secret value']);
    expect(environment).toContainEqual(['APPTAINERENV_HOSTNAME', 'p']);
  });

  it('asks for GPUs only when the container does', () => {
    expect(start({ command: ['x'] }).argv).not.toContain('--nv');
    expect(start({ command: ['x'], resources: { limits: { 'nvidia.com/gpu': '1' } } }).argv).toContain('--nv');
    expect(start({ command: ['x'], resources: { limits: { 'nvidia.com/mig-1g.5gb': '2' } } }).argv).toContain('--nv');
    expect(start({ command: ['x'], resources: { limits: { 'amd.com/gpu': '1' } } }).argv).toContain('--rocm');
    expect(start({ command: ['x'], resources: { limits: { 'nvidia.com/gpu': '0' } } }).argv).not.toContain('--nv');
  });
});

describe('the commands with which apptainer gets an image', () => {
  const images = buildApptainerImages({ homeDirectory: '/home/u', insecureRegistries: ['lab:5000'] });
  const digest = `sha256:${'a'.repeat(64)}`;

  it('pulls by digest, in plain HTTP only from the registries that were named', () => {
    const image = { kind: 'registry', registry: 'lab:5000', repository: 'a/b', digest } as const;
    const insecure = ['apptainer', '--silent', 'pull', '--disable-cache', '--force', '--no-https', '{target}'];
    expect(images.pull(image, 'f')).toEqual([...insecure, `docker://lab:5000/a/b@${digest}`]);
    expect(images.pull({ ...image, registry: 'lab' }, 'f')).not.toContain('--no-https');
    expect(images.pull({ kind: 'uri', uri: 'oras://h/x' }, 'f').at(-1)).toBe('oras://h/x');
  });

  it('have credentials in variables alone', () => {
    const image = { kind: 'registry', registry: 'lab', repository: 'a' } as const;
    const way = images.credential({ username: 'u', password: 'p' }, image, '/d');
    expect(way.files).toBeUndefined();
    expect(way.environment).toContainEqual(['APPTAINER_DOCKER_PASSWORD', 'p']);
  });
});
