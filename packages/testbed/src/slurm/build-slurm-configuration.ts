import { join } from 'node:path';
import type { CgroupController } from '../machine/machine-cgroups.ts';
import type { SlurmLayout } from './slurm-layout.ts';
import type { SlurmMemoryLimits, SlurmOptions } from './slurm-options.ts';

const address = '127.0.0.1';
const gpuType = 'a100';
/** What a job gets that names no memory; without it, it would get the node's. */
const defaultMemoryMegabytesPerCpu = 100;

/** Partitions, the default one first. Jobs in `low` are cancelled when one in `high` needs their place; `normal` is left alone. */
export const slurmPartitions = ['normal', 'low', 'high'] as const;

/** What the configuration of a cluster depends on besides its options. */
export interface SlurmFacts {
  readonly layout: SlurmLayout;
  /** What `hostname` says where the daemons run. */
  readonly hostname: string;
  readonly controllerPort: number;
  /** One a node. */
  readonly nodePorts: readonly number[];
  /** Controllers of the cgroups (version 1) that the daemons may use. */
  readonly cgroupControllers: readonly CgroupController[];
  /** Version of Slurm, e.g. `[22, 5]`. */
  readonly version: readonly [major: number, minor: number];
}

/** `node1`, `node2`, … */
export function slurmNodeName(index: number): string {
  return `node${index + 1}`;
}

function buildMemorySettings(limits: SlurmMemoryLimits): Record<string, string> {
  const task = { TaskPlugin: limits === 'cgroup' ? 'task/cgroup' : 'task/none' };
  if (limits !== 'polled') return { ...task, JobAcctGatherType: 'jobacct_gather/none' };
  return {
    ...task,
    JobAcctGatherType: 'jobacct_gather/linux',
    JobAcctGatherFrequency: 'task=1',
    JobAcctGatherParams: 'OverMemoryKill',
  };
}

function buildSettings(
  { layout, hostname, controllerPort, cgroupControllers }: SlurmFacts,
  options: SlurmOptions,
): Record<string, string> {
  return {
    ClusterName: 'testbed',
    SlurmctldHost: `${hostname}(${address})`,
    SlurmctldPort: `${controllerPort}`,
    AuthType: 'auth/munge',
    AuthInfo: `socket=${layout.mungeSocket}`,
    CredType: 'cred/munge',
    SlurmUser: 'root',
    SlurmdUser: 'root',
    StateSaveLocation: layout.stateDirectory,
    SlurmdSpoolDir: join(layout.spoolDirectory, '%n'),
    SlurmctldPidFile: join(layout.stateDirectory, 'slurmctld.pid'),
    SlurmdPidFile: join(layout.stateDirectory, '%n.pid'),
    SlurmctldDebug: 'info',
    SlurmdDebug: 'info',
    ProctrackType: cgroupControllers.includes('freezer') ? 'proctrack/cgroup' : 'proctrack/linuxproc',
    SelectType: 'select/cons_tres',
    SelectTypeParameters: 'CR_Core_Memory',
    SlurmdParameters: 'config_overrides', // The nodes have what is written here, not what the machine has.
    MpiDefault: 'none',
    ReturnToService: '2',
    KillWait: `${options.killWaitSeconds ?? 5}`,
    MinJobAge: `${options.minimumJobAgeSeconds ?? 300}`,
    PreemptType: 'preempt/partition_prio',
    PreemptMode: 'CANCEL',
    GresTypes: 'gpu',
    DefMemPerCPU: `${defaultMemoryMegabytesPerCpu}`,
    AccountingStorageType: 'accounting_storage/none',
    ...buildMemorySettings(options.memoryLimits ?? 'none'),
    ...options.configuration,
  };
}

function buildNode(port: number, index: number, hostname: string, options: SlurmOptions): string {
  const { cpusPerNode = 16, memoryMegabytesPerNode = 32_000, gpusPerNode = 4 } = options;
  const words = [
    `NodeName=${slurmNodeName(index)}`,
    `NodeHostname=${hostname}`,
    `NodeAddr=${address}`,
    `Port=${port}`,
    `CPUs=${cpusPerNode}`,
    `RealMemory=${memoryMegabytesPerNode}`,
    ...(gpusPerNode > 0 ? [`Gres=gpu:${gpuType}:${gpusPerNode}`] : []),
  ];
  return words.join(' ');
}

/** `slurm.conf`. */
export function buildSlurmConfiguration(facts: SlurmFacts, options: SlurmOptions): string {
  const settings = Object.entries(buildSettings(facts, options)).map(([key, value]) => `${key}=${value}`);
  const nodes = facts.nodePorts.map((port, index) => buildNode(port, index, facts.hostname, options));
  const partitions = [
    'PartitionName=normal Nodes=ALL Default=YES PriorityTier=5 PreemptMode=OFF',
    'PartitionName=low Nodes=ALL PriorityTier=1',
    'PartitionName=high Nodes=ALL PriorityTier=10 PreemptMode=OFF',
  ];
  return [...settings, ...nodes, ...partitions, ''].join('\n');
}

/** `gres.conf`. */
export function buildGresConfiguration({ layout }: SlurmFacts, { gpusPerNode = 4 }: SlurmOptions): string {
  if (gpusPerNode === 0) return '';
  return `Name=gpu Type=${gpuType} File=${layout.gpuDirectory}/gpu[0-${gpusPerNode - 1}]\n`;
}

/** `cgroup.conf`. */
export function buildCgroupConfiguration({ version: [major], cgroupControllers }: SlurmFacts): string {
  if (cgroupControllers.length > 0) {
    const lines = ['CgroupPlugin=cgroup/v1', 'CgroupMountpoint=/sys/fs/cgroup', 'ConstrainRAMSpace=yes'];
    return [...lines, 'AllowedRAMSpace=100', 'MemorySwappiness=0', ''].join('\n');
  }
  // Newer slurmd look for cgroups whether they need them or not; the older ones do not know the word.
  return major >= 23 ? 'CgroupPlugin=disabled\n' : '';
}
