import { resolvePod } from '@interlink/plugin-sdk';
import type { Container } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import type { Bind, ContainerStart } from '../contract/container-runtime.ts';
import { buildApptainerStart } from './apptainer-runtime.ts';
import { mapImageReference } from './image-reference.ts';

function start(container: Partial<Container>, binds: readonly Bind[] = []): ContainerStart {
  const pod = resolvePod({
    pod: {
      metadata: { name: 'p', namespace: 'n', uid: 'u' },
      spec: { containers: [{ name: 'main', image: 'busybox', ...container }] },
    },
  });
  return buildApptainerStart(
    { pod, container: pod.containers[0]!, directory: '/jobs/u/container/main', binds },
    { homeDirectory: '/home/u' },
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
      'docker://busybox',
      'sh',
      '-c',
      'x; y',
    ]);
    expect(start({ args: ['--flag'] }).argv.slice(2)).toEqual([
      'run',
      '--compat',
      '--cleanenv',
      'docker://busybox',
      '--flag',
    ]);
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

  it('has no variable on its command line', () => {
    const { argv, environment } = start({ command: ['x'], env: [{ name: 'TOKEN', value: 'secret value' }] });
    expect(argv.join(' ')).not.toContain('secret value');
    expect(environment).toContainEqual(['APPTAINERENV_TOKEN', 'secret value']);
    expect(environment).toContainEqual(['APPTAINERENV_HOSTNAME', 'p']);
  });

  it('asks for GPUs only when the container does', () => {
    expect(start({ command: ['x'] }).argv).not.toContain('--nv');
    expect(start({ command: ['x'], resources: { limits: { 'nvidia.com/gpu': '1' } } }).argv).toContain('--nv');
    expect(start({ command: ['x'], resources: { limits: { 'amd.com/gpu': '1' } } }).argv).toContain('--rocm');
    expect(start({ command: ['x'], resources: { limits: { 'nvidia.com/gpu': '0' } } }).argv).not.toContain('--nv');
  });
});

describe('mapImageReference', () => {
  it.each([
    ['busybox', 'docker://busybox'],
    ['registry.example:5000/a/b:1.2@sha256:ff', 'docker://registry.example:5000/a/b:1.2@sha256:ff'],
    ['docker://alpine:3', 'docker://alpine:3'],
    ['oras://host/x', 'oras://host/x'],
    ['oci-archive:/data/x.tar', 'oci-archive:/data/x.tar'],
    ['/cvmfs/images/a.sif', '/cvmfs/images/a.sif'],
  ])('gives %s as %s', (image, reference) => {
    expect(mapImageReference(image, 'f')).toBe(reference);
  });

  it.each(['', '--help', 'a b', 'x\ny', 'file://etc/passwd', 'a;b', '$(id)'])(
    'refuses %j naming the field',
    (image) => {
      expect(() => mapImageReference(image, 'pod.spec.containers[0].image')).toThrow(
        /^pod\.spec\.containers\[0\]\.image /,
      );
    },
  );
});
