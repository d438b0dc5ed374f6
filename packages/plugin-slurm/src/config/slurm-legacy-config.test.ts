import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSlurmConfig } from './load-slurm-config.ts';
import { pluginOptions } from './plugin-options.ts';
import { readLegacyConfig } from './slurm-legacy-config.ts';

/** As sites have it, by the documents of the Go plugin. */
const site = {
  SidecarPort: '4000',
  SbatchPath: '/usr/bin/sbatch',
  ScancelPath: '/usr/bin/scancel',
  SqueuePath: 'ssh login "squeue"',
  CommandPrefix: 'module load apptainer\n',
  ImagePrefix: 'docker://',
  ExportPodData: true,
  DataRootFolder: '/scratch/interlink/',
  BashPath: '/bin/bash',
  ContainerRuntime: 'singularity',
  SingularityPath: '/opt/bin/singularity',
  SingularityDefaultOptions: ['--fakeroot'],
  EnableProbes: true,
  Flavors: {
    gpu: {
      Name: 'gpu',
      Description: 'one GPU',
      CPUDefault: 4,
      MemoryDefault: '16G',
      SlurmFlags: ['--gres=gpu:1', '-p gpu'],
    },
    tiny: { CPUDefault: 1, MemoryDefault: '512M' },
  },
  DefaultFlavor: 'tiny',
  Taints: [{ Key: 'hpc', Value: 'true', Effect: 'NoSchedule' }],
  ResourceScriptPath: '/opt/bin/resources',
  VerboseLogging: true,
  ErrorsOnlyLogging: false,
};

const read = (value: unknown, environment: Record<string, string> = {}) =>
  readLegacyConfig(value, { file: 'SlurmConfig.yaml', environment });

describe('a file of the Go plugin', () => {
  it('chooses enroot with its program and options', () => {
    const file = { ContainerRuntime: 'enroot', EnrootPath: '/opt/bin/enroot', EnrootDefaultOptions: ['--rw'] };
    expect(read({ ...site, ...file }).config).toMatchObject({
      runtime: 'enroot',
      enroot: { program: '/opt/bin/enroot', options: ['--rw'] },
      images: { prefix: 'docker://' },
    });
  });

  it('means here what it meant there', () => {
    const { config } = read(site);
    expect(config).toMatchObject({
      address: 'http://127.0.0.1:4000',
      workDirectory: '/scratch/interlink',
      shell: '/bin/bash',
      commandPrefix: 'module load apptainer\n',
      runtime: 'apptainer',
      apptainer: { program: '/opt/bin/singularity', options: ['--fakeroot'] },
      images: { prefix: 'docker://' },
      defaultFlavor: 'tiny',
      taints: [{ key: 'hpc', value: 'true', effect: 'NoSchedule' }],
      capacity: { script: '/opt/bin/resources' },
      logLevel: 'debug',
    });
    const { commands, jobs } = pluginOptions(config, '/x');
    expect(commands).toMatchObject({
      sbatch: ['/usr/bin/sbatch'],
      scancel: ['/usr/bin/scancel'],
      squeue: ['ssh', 'login', 'squeue'],
      scontrol: ['/usr/bin/scontrol'],
      srun: ['/usr/bin/srun'],
    });
    expect(jobs.flavors).toMatchObject([
      {
        name: 'gpu',
        cpus: 4,
        memoryBytes: 16 * 1024 ** 3,
        flags: [{ name: 'gres' }, { name: 'partition', value: 'gpu' }],
      },
      { name: 'tiny', cpus: 1, memoryBytes: 512 * 1024 ** 2, flags: [] },
    ]);
  });

  it('gives way to the environment', () => {
    const environment = { SIDECARPORT: '4001', SBATCHPATH: 'sbatch', SCANCELPATH: 'sc', SINGULARITYPATH: 'apptainer' };
    const { config } = read(site, environment);
    expect(config.address).toBe('http://127.0.0.1:4001');
    expect(config.commands).toMatchObject({ sbatch: ['sbatch'], scancel: ['sc'] });
    expect(config.apptainer.program).toBe('apptainer');
  });

  it('ships jobs where the environment says that there is no shared file system', () => {
    expect(read(site, { SHARED_FS: 'false' }).config.sharedFileSystem).toBe(false);
    expect(read(site, { SHARED_FS: 'true' }).config.sharedFileSystem).toBe(true);
    expect(read(site).config.sharedFileSystem).toBe(true);
  });

  it('looks for programs that it does not name where sbatch is', () => {
    const { commands } = read({ SbatchPath: 'ssh login /opt/slurm/bin/sbatch' }).config;
    expect(commands.squeue).toEqual(['ssh', 'login', '/opt/slurm/bin/squeue']);
    expect(commands.sacct).toEqual(['ssh', 'login', '/opt/slurm/bin/sacct']);
  });

  it('prefers its socket to its port', () => {
    expect(read({ ...site, Socket: 'unix:///run/plugin.sock' }).config.address).toBe('unix:///run/plugin.sock');
  });

  it('may have keys of ours under Extensions, strictly', () => {
    const Extensions = { address: 'unix:///run/x.sock', allowedAnnotations: ['pre-exec'] };
    expect(read({ ...site, Extensions }).config).toMatchObject(Extensions);
    expect(() => read({ ...site, Extensions: { pre: 1 } })).toThrow('SlurmConfig.yaml: unknown key pre');
  });

  it('warns about what nobody reads and what means nothing here, each by name', () => {
    const { warnings } = read({
      ...site,
      SqueuPath: 'x',
      Namespace: 'vk',
      ExportPodData: false,
      EnableProbes: false,
      Tsocks: true,
      SinfoPath: '/usr/bin/sinfo',
    });
    expect(warnings).toEqual([
      'SlurmConfig.yaml: nothing reads the key SqueuPath; "SqueuePath" is known',
      expect.stringContaining('SidecarPort is opened on loopback only'),
      expect.stringContaining('SinfoPath has no effect'),
      expect.stringContaining('ExportPodData: false has no effect'),
      expect.stringContaining('EnableProbes: false has no effect'),
      expect.stringContaining('Tsocks has no effect'),
      'SlurmConfig.yaml: Namespace has no effect, as in the Go plugin',
    ]);
  });

  it.each([{ DefaultUID: 1000 }, { Flavors: { tiny: { UID: 1000 } } }])('warns that %j sets no user', (change) => {
    expect(read({ ...site, Socket: 'unix:///x', ...change }).warnings).toEqual([
      'SlurmConfig.yaml: DefaultUID and Flavors.*.UID have no effect: jobs run as the user that the plugin runs as',
    ]);
  });

  it('runs without a default flavor that does not exist, and says so', () => {
    const { config, warnings } = read({ ...site, Socket: 'unix:///x', DefaultFlavor: 'huge' });
    expect(config.defaultFlavor).toBeUndefined();
    expect(warnings).toEqual(['SlurmConfig.yaml: DefaultFlavor has no effect: Flavors has no "huge"']);
    const Extensions = { flavors: [{ name: 'huge' }] };
    const extended = read({ ...site, Socket: 'unix:///x', DefaultFlavor: 'huge', Extensions });
    expect(extended.config.defaultFlavor).toBe('huge');
    expect(extended.warnings).toEqual([]);
  });

  it.each([
    [{ Socket: '/run/x.sock' }, 'SlurmConfig.yaml: Socket must begin with unix://'],
    [{ SidecarPort: 'http' }, 'SlurmConfig.yaml: SidecarPort must be a port number'],
    [{ ContainerRuntime: 'docker' }, 'SlurmConfig.yaml: ContainerRuntime must be singularity or enroot'],
    [{ DataRootFolder: 'jobs/' }, 'workDirectory: must be an absolute path'],
    [{ SbatchPath: '"sbatch' }, 'SlurmConfig.yaml: SbatchPath has a quote that is not closed'],
    [{ Flavors: { a: { SlurmFlags: ['--nonsense'] } } }, 'Flavors.a.SlurmFlags: --nonsense is no option of sbatch'],
    [{ Flavors: { a: { CPUDefault: -1 } } }, 'Flavors.a.CPUDefault'],
  ])('refuses %j, naming the key', (change, message) => {
    expect(() => read({ ...site, ...change })).toThrow(message);
  });
});

describe('loadSlurmConfig', () => {
  it('knows a file of the Go plugin by its capital letters, and finds it by SLURMCONFIGPATH', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'slurm-config-'));
    try {
      const file = join(directory, 'SlurmConfig.yaml');
      await writeFile(file, 'SidecarPort: 4000\nDataRootFolder: /scratch/\n');
      const { config } = await loadSlurmConfig({ environment: { SLURMCONFIGPATH: file } });
      expect(config.workDirectory).toBe('/scratch');
      await writeFile(file, 'workDirectory: /work\n');
      expect((await loadSlurmConfig({ file, environment: {} })).config.workDirectory).toBe('/work');
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  it('needs the file that is named', async () => {
    await expect(loadSlurmConfig({ file: '/no/such.yaml', environment: {} })).rejects.toThrow('/no/such.yaml');
  });
});
