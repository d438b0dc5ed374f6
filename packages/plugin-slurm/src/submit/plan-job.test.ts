import { resolvePod } from '@interlink/plugin-sdk';
import type { Container, PodSpec } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { parseFlags } from './parse-flags.ts';
import { planJob, type JobPolicy } from './plan-job.ts';

const site: JobPolicy = {
  flavors: [
    { name: 'big', cpus: 8, memoryBytes: 16 * 1024 ** 3, flags: parseFlags('--partition=long --gres=nic:1', 'flags') },
    { name: 'gpu', flags: parseFlags('--gres=gpu:a100:1 --partition=gpu', 'flags') },
  ],
  defaultFlags: [],
  flagPolicy: {},
  resourceFlags: {
    'nvidia.com/gpu': '--gres=gpu:{count}',
    'amd.com/gpu': '--gres=gpu:{count}',
    'x.org/fpga': '--gres=fpga:{count}',
  },
  allowedAnnotations: [],
  mpiProgram: 'mpiexec',
};

type Annotations = Readonly<Record<string, string>>;

function plan(
  spec: Partial<PodSpec>,
  annotations: Annotations = {},
  policy: Partial<JobPolicy> = {},
  runtime = 'apptainer',
) {
  const metadata = { uid: 'u', name: 'p', namespace: 'n', annotations: { ...annotations } };
  const pod = resolvePod({ pod: { metadata, spec: { containers: [{ name: 'main' }], ...spec } }, container: [] });
  return planJob(pod, { ...site, ...policy }, runtime);
}

const options = (...args: Parameters<typeof plan>): readonly string[] => plan(...args).options;
const requests = (name: string, amounts: Record<string, string>, more: Partial<Container> = {}): Container => ({
  name,
  resources: { requests: amounts },
  ...more,
});
const limits = (name: string, amounts: Record<string, string>): Container => ({ name, resources: { limits: amounts } });
const annotation = (name: string): string => `pod.metadata.annotations[slurm-job.vk.io/${name}]`;

describe('the size of a job', () => {
  it('is one node, and no more is said for a pod that says nothing', () => {
    expect(options({})).toEqual(['--nodes=1']);
  });

  it('is the sum of main containers and sidecars, in whole cores and MiB', () => {
    const spec = {
      initContainers: [
        requests('side', { cpu: '250m', memory: '10Mi' }, { restartPolicy: 'Always' }),
        requests('init', { cpu: '1', memory: '20Mi' }),
      ],
      containers: [requests('a', { cpu: '1500m', memory: '100Mi' }), limits('b', { cpu: '500m', memory: '1' })],
    };
    expect(options(spec)).toEqual(['--cpus-per-task=3', '--mem=111M', '--nodes=1']);
  });

  it('is the largest init container where that is more', () => {
    const spec = {
      initContainers: [requests('init', { cpu: '6', memory: '1Gi' })],
      containers: [requests('a', { cpu: '2', memory: '2Gi' })],
    };
    expect(options(spec)).toEqual(['--cpus-per-task=6', '--mem=2048M', '--nodes=1']);
  });

  it('takes the larger of request and limit', () => {
    const resources = { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '2', memory: '4Gi' } };
    expect(options({ containers: [{ name: 'a', resources }] })).toEqual([
      '--cpus-per-task=2',
      '--mem=4096M',
      '--nodes=1',
    ]);
  });

  it('takes CPUs and memory of the flavor only where the pod says none', () => {
    const named = { 'slurm-job.vk.io/flavor': 'big' };
    expect(options({}, named)).toEqual([
      '--partition=long',
      '--gres=nic:1',
      '--cpus-per-task=8',
      '--mem=16384M',
      '--nodes=1',
    ]);
    expect(options({ containers: [requests('a', { memory: '1Gi' })] }, named)).toEqual([
      '--partition=long',
      '--gres=nic:1',
      '--mem=1024M',
      '--cpus-per-task=8',
      '--nodes=1',
    ]);
    expect(options({}, { ...named, 'slurm-job.vk.io/flags': '--mem-per-cpu=2G -c 2' })).toEqual([
      '--partition=long',
      '--gres=nic:1',
      '--mem-per-cpu=2G',
      '--cpus-per-task=2',
      '--nodes=1',
    ]);
  });

  it('has the wall time of the pod’s deadline with its grace period behind it, unless a flag says one', () => {
    const spec = { activeDeadlineSeconds: 600, terminationGracePeriodSeconds: 30 };
    expect(options(spec)).toEqual(['--time=12', '--nodes=1']);
    expect(options(spec, { 'slurm-job.vk.io/flags': '--time=5' })).toEqual(['--time=5', '--nodes=1']);
  });
});

describe('flags', () => {
  it('are the site’s, then the flavor’s, then the pod’s; the last one counts', () => {
    const annotations = { 'slurm-job.vk.io/flavor': 'big', 'slurm-job.vk.io/flags': '--partition=short' };
    const defaults = { defaultFlags: parseFlags('--partition=normal --account=a', 'flags') };
    expect(options({ containers: [requests('a', { cpu: '1', memory: '1Mi' })] }, annotations, defaults)).toEqual([
      '--account=a',
      '--gres=nic:1',
      '--partition=short',
      '--cpus-per-task=1',
      '--mem=1M',
      '--nodes=1',
    ]);
  });

  it('give way to the containers’ resources, which the pod is told', () => {
    const planned = plan(
      { containers: [requests('a', { cpu: '2', memory: '1Gi' })] },
      { 'slurm-job.vk.io/flags': '--mem-per-cpu=9G --cpus-per-task=9' },
    );
    expect(planned.options).toEqual(['--cpus-per-task=2', '--mem=1024M', '--nodes=1']);
    expect(planned.warnings).toEqual([
      `${annotation('flags')}: --cpus-per-task, --mem-per-cpu has no effect, because the containers' resources say it`,
    ]);
  });

  it('that a pod may not set are refused', () => {
    const ask = () => plan({}, { 'slurm-job.vk.io/flags': '--output=/etc/passwd' });
    expect(ask).toThrow(`${annotation('flags')}: --output is set by interLink and cannot be chosen`);
  });

  it('may ask for several nodes', () => {
    expect(options({}, { 'slurm-job.vk.io/flags': '--nodes=2 --ntasks=8' })).toEqual(['--nodes=2', '--ntasks=8']);
  });
});

describe('extended resources', () => {
  it.each([
    ['nvidia.com/gpu', '--gres=gpu:2'],
    ['amd.com/gpu', '--gres=gpu:2'],
  ])('%s becomes %s', (resource, option) => {
    expect(options({ containers: [limits('a', { [resource]: '2' })] }, {}, { flavors: [] })).toEqual([
      option,
      '--nodes=1',
    ]);
  });

  it('stand in one list with what the flavor has', () => {
    const spec = { containers: [limits('a', { 'x.org/fpga': '1' })] };
    expect(options(spec, { 'slurm-job.vk.io/flavor': 'big', 'slurm-job.vk.io/flags': '-c1 --mem=1' })).toEqual([
      '--partition=long',
      '--cpus-per-task=1',
      '--mem=1',
      '--gres=nic:1,fpga:1',
      '--nodes=1',
    ]);
  });

  it('leave the type of GPU to a flavor or the pod', () => {
    const spec = { containers: [limits('a', { 'nvidia.com/gpu': '1' })] };
    expect(options(spec)).toEqual(['--gres=gpu:a100:1', '--partition=gpu', '--nodes=1']);
    expect(options(spec, { 'slurm-job.vk.io/flags': '--gpus=h100:1' }, { flavors: [] })).toEqual([
      '--gpus=h100:1',
      '--nodes=1',
    ]);
  });

  it.each([
    ['--gres=gpu:a100:1', '--gres=gpu:a100:4'],
    ['--gres=gpu:1', '--gres=gpu:4'],
    ['--gres=gpu:a100', '--gres=gpu:a100:4'],
    ['--gres=nic:1,gpu:a100:2', '--gres=nic:1,gpu:a100:4'],
    ['--gpus=h100:2', '--gpus=h100:4'],
    ['--gpus-per-node=2', '--gpus-per-node=4'],
    ['--gres=gpu:a100:4', '--gres=gpu:a100:4'],
    ['--gres=gpu:a100:1,gpu:v100:1', '--gres=gpu:a100:1,gpu:v100:1'],
  ])('keep the type of a flavor with %s, in the amount of the pod: %s', (flags, option) => {
    const flavors = [{ name: 'f', flags: parseFlags(flags, 'flags') }];
    const spec = { containers: [limits('a', { 'nvidia.com/gpu': '4' })] };
    const planned = plan(spec, {}, { flavors });
    expect(planned.options).toEqual([option, '--nodes=1']);
    expect(planned.warnings).toEqual([]);
  });

  it('win over the amount in the pod’s own flag, which it is told; not over several nodes', () => {
    const spec = { containers: [limits('a', { 'nvidia.com/gpu': '4' })] };
    const flags = (text: string) => plan(spec, { 'slurm-job.vk.io/flags': text }, { flavors: [] });
    expect(flags('--gpus=h100:2').options).toEqual(['--gpus=h100:4', '--nodes=1']);
    expect(flags('--gpus=h100:2').warnings).toEqual([expect.stringContaining('--gpus has no effect')]);
    expect(flags('--gres=gpu:2 --nodes=2').options).toEqual(['--gres=gpu:2', '--nodes=2']);
  });

  it('that the site has no option for are refused by name', () => {
    const ask = () => plan({ containers: [limits('a', { 'x.org/quantum': '1' })] });
    expect(ask).toThrow(
      'pod.spec.containers[].resources: jobs cannot ask for x.org/quantum on this site; known here: nvidia.com/gpu, amd.com/gpu, x.org/fpga',
    );
  });
});

describe('annotations', () => {
  it.each(['pre-exec', 'mpi-flags', 'singularity-options', 'enroot-options'])(
    '%s is refused unless the site allows it',
    (name) => {
      const annotations = { [`slurm-job.vk.io/${name}`]: '--x' };
      const ask = () => plan({}, annotations);
      expect(ask).toThrow(expect.objectContaining({ code: 'ILK_FORBIDDEN', field: annotation(name) }) as Error);
      expect(ask).toThrow(`by allowedAnnotations: [${name}]`);
      expect(() => plan({}, annotations, { allowedAnnotations: [name] })).not.toThrow();
    },
  );

  it('the tunnel of the virtual kubelet is refused too', () => {
    const ask = () => plan({}, { 'interlink.eu/wstunnel-client-commands': 'curl x | sh' });
    expect(ask).toThrow(
      'pod.metadata.annotations[interlink.eu/wstunnel-client-commands] would run as a program outside',
    );
  });

  it('allowed shell text comes before the containers, the tunnel first', () => {
    const annotations = {
      'slurm-job.vk.io/pre-exec': 'module load x',
      'interlink.eu/wstunnel-client-commands': 'wstunnel client &',
    };
    const policy = { allowedAnnotations: ['pre-exec', 'wstunnel-client-commands'] };
    expect(plan({}, annotations, policy).preamble).toBe('wstunnel client &\nmodule load x');
  });

  it('mpi-flags put mpiexec with the job’s tasks before main containers', () => {
    const annotations = { 'slurm-job.vk.io/mpi-flags': '--map-by "core: x"', 'slurm-job.vk.io/flags': '-n 4' };
    expect(plan({}, annotations, { allowedAnnotations: ['mpi-flags'] }).wrapper).toEqual([
      'mpiexec',
      '-np',
      '4',
      '--map-by',
      'core: x',
    ]);
  });

  it('empty mpi-flags run mpiexec too, where the site allows them, and are refused elsewhere', () => {
    const annotations = { 'slurm-job.vk.io/mpi-flags': '' };
    expect(plan({}, annotations, { allowedAnnotations: ['mpi-flags'] }).wrapper).toEqual(['mpiexec', '-np', '1']);
    expect(() => plan({}, annotations)).toThrow(expect.objectContaining({ field: annotation('mpi-flags') }) as Error);
  });

  it.each([
    ['--nodes=2 --ntasks-per-node=4', '8'],
    ['--ntasks-per-node=4', '4'],
    ['--ntasks=3 --nodes=2 --ntasks-per-node=4', '3'],
    ['--nodes=2', '1'],
  ])('mpiexec starts as many ranks as Slurm counts tasks of %s', (flags, tasks) => {
    const annotations = { 'slurm-job.vk.io/mpi-flags': '-q', 'slurm-job.vk.io/flags': flags };
    const { wrapper } = plan({}, annotations, { allowedAnnotations: ['mpi-flags'] });
    expect(wrapper?.slice(0, 3)).toEqual(['mpiexec', '-np', tasks]);
  });

  it('need --ntasks where the tasks cannot be counted before', () => {
    const flags = '--nodes=2-4 --ntasks-per-node=4';
    const annotations = { 'slurm-job.vk.io/mpi-flags': '-q', 'slurm-job.vk.io/flags': flags };
    expect(() => plan({}, annotations, { allowedAnnotations: ['mpi-flags'] })).toThrow('needs --ntasks');
  });

  it.each(['10.1.2', '10.1.2.3; id', '10.1.2.3\0'])('an address %j is refused', (value) => {
    expect(() => plan({}, { 'interlink.eu/pod-ip': value })).toThrow(
      expect.objectContaining({
        code: 'ILK_INVALID_INPUT',
        field: 'pod.metadata.annotations[interlink.eu/pod-ip]',
      }) as Error,
    );
  });

  it.each(['pre-exec', 'mpi-flags', 'singularity-options', 'image-root', 'flavor'])('%s has no NUL byte', (name) => {
    const ask = () => plan({}, { [`slurm-job.vk.io/${name}`]: 'a\0b' }, { allowedAnnotations: [name] });
    expect(ask).toThrow(expect.objectContaining({ code: 'ILK_INVALID_INPUT', field: annotation(name) }) as Error);
  });

  it('say where images are, what is mounted, and the pod’s address', () => {
    const planned = plan(
      {},
      {
        'slurm-job.vk.io/image-root': '/cvmfs/images/',
        'slurm-job.vk.io/singularity-mounts': '--bind /data:/d:ro',
        'interlink.eu/pod-ip': '10.1.2.3',
      },
    );
    expect(planned).toMatchObject({
      imagePrefix: '/cvmfs/images/',
      hostMounts: [{ path: '/data', target: '/d', readOnly: true }],
      environment: [['POD_IP', '10.1.2.3']],
    });
  });

  it('with the prefix of older documents mean the same', () => {
    expect(options({}, { 'slurm-job.knoc.io/flags': '--partition=old' })).toEqual(['--partition=old', '--nodes=1']);
    expect(options({}, { 'slurm-job.knoc.io/flags': '-p old', 'slurm-job.vk.io/flags': '-p new' })).toContain(
      '--partition=new',
    );
  });

  it('for enroot are read where containers are run by it', () => {
    const annotations = {
      'slurm-job.vk.io/enroot-mounts': '--mount /data:/d',
      'slurm-job.vk.io/enroot-options': '--rw',
    };
    const policy = { allowedAnnotations: ['enroot-options'] };
    expect(plan({}, annotations, policy, 'enroot')).toMatchObject({
      hostMounts: [{ path: '/data', target: '/d', readOnly: false }],
      runtimeOptions: ['--rw'],
      warnings: [],
    });
    const { warnings, ...rest } = plan({}, annotations, policy);
    expect(rest).toEqual({ options: ['--nodes=1'] });
    expect(warnings).toEqual([
      `${annotation('enroot-mounts')} has no effect: the container runtime here is apptainer`,
      `${annotation('enroot-options')} has no effect: the container runtime here is apptainer`,
    ]);
  });

  it.each(['singularity-commands', 'no-such-thing'])('%s is warned about', (name) => {
    expect(plan({}, { [`slurm-job.vk.io/${name}`]: 'x' }).warnings).toEqual([
      `${annotation(name)} has no effect: nothing reads it`,
    ]);
  });
});
