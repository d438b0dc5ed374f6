import { isIP } from 'node:net';
import type { JobPlan } from '@interlink/batch';
import type { ResolvedPod } from '@interlink/plugin-sdk';
import { annotations as coreAnnotations, ForbiddenError, InvalidInputError } from '@interlink/spec';
import {
  guardedAnnotations,
  oldPrefix,
  prefix,
  runtimeAnnotations,
  slurmAnnotations,
  type RuntimeAnnotations,
} from './annotations.ts';
import { buildFlags, type ResourceFlags } from './build-flags.ts';
import { checkFlags, type FlagPolicy } from './flag-policy.ts';
import { chooseFlavor, type Flavors } from './flavor.ts';
import { parseMounts } from './parse-mounts.ts';
import { formatFlag, parseFlags, splitWords, type Flag } from './parse-flags.ts';

/** What a site says of its jobs. */
export interface JobPolicy extends Flavors {
  /** For every job, before flavor and pod. */
  readonly defaultFlags: readonly Flag[];
  readonly flagPolicy: FlagPolicy;
  readonly resourceFlags: ResourceFlags;
  /** Annotations that are run as shell text or as programs of the host; without their prefix, e.g. `pre-exec`. */
  readonly allowedAnnotations: readonly string[];
  /** Program that starts MPI ranks, for the annotation `mpi-flags`. */
  readonly mpiProgram: string;
}

/**
 * What Slurm is told of a pod. Pure.
 *
 * @throws InvalidInputError, UnsupportedError, ForbiddenError naming the annotation or field at fault.
 */
export function planJob(received: ResolvedPod, policy: JobPolicy, containerRuntime: string): JobPlan {
  const pod = { ...received, annotations: renamed(received.annotations) };
  checkText(pod);
  checkGuarded(pod, policy);
  const field = fieldOf(slurmAnnotations.flags);
  const annotation = parseFlags(pod.annotations[slurmAnnotations.flags] ?? '', field);
  checkFlags(annotation, policy.flagPolicy, field);
  const flavor = chooseFlavor(pod, gpusOf(pod), policy);
  const { flags, replaced } = buildFlags(pod, {
    defaults: policy.defaultFlags,
    flavor,
    annotation,
    resourceFlags: policy.resourceFlags,
  });
  return {
    options: flags.map(formatFlag),
    warnings: [...replacedWarning(replaced), ...unreadWarning(pod, containerRuntime)],
    ...extras(pod, flags, policy),
    ...runtimeParts(pod.annotations, runtimeAnnotations[containerRuntime]),
  };
}

/** Older documents have another prefix for the same annotations. */
function renamed(annotations: ResolvedPod['annotations']): ResolvedPod['annotations'] {
  const old = Object.entries(annotations).filter(([name]) => name.startsWith(oldPrefix));
  return {
    ...Object.fromEntries(old.map(([name, value]) => [prefix + name.slice(oldPrefix.length), value])),
    ...annotations,
  };
}

/** What is read here becomes arguments, variables and lines. */
function checkText({ annotations }: ResolvedPod): void {
  for (const name of [...Object.values(slurmAnnotations), coreAnnotations.podIp]) {
    const field = fieldOf(name);
    if (annotations[name]?.includes('\0')) throw new InvalidInputError(`${field} contains a NUL byte`, { field });
  }
}

function fieldOf(name: string): string {
  return `pod.metadata.annotations[${name}]`;
}

function checkGuarded({ annotations }: ResolvedPod, { allowedAnnotations }: JobPolicy): void {
  for (const name of guardedAnnotations) {
    const short = name.slice(name.indexOf('/') + 1);
    const value = annotations[name];
    // Without flags, too, mpiexec would be run.
    const isUnset = value === undefined || (value.trim() === '' && name !== slurmAnnotations.mpiFlags);
    if (isUnset || allowedAnnotations.includes(short)) continue;
    const field = fieldOf(name);
    const message = `${field} would run as a program outside of the containers, which this site does not allow; its administrator can, by allowedAnnotations: [${short}]`;
    throw new ForbiddenError(message, { field });
  }
}

function gpusOf({ resources }: ResolvedPod): number {
  const amounts = Object.entries(resources.reservation.extended).filter(([name]) => /\/gpu$/.test(name));
  return amounts.reduce((sum, [, count]) => sum + count, 0);
}

function extras(pod: ResolvedPod, flags: readonly Flag[], policy: JobPolicy): Partial<JobPlan> {
  const { annotations } = pod;
  const ip = podIpOf(pod);
  const shell = [annotations[slurmAnnotations.tunnelCommands], annotations[slurmAnnotations.preExec]];
  const preamble = shell.filter((text) => text !== undefined && text.trim() !== '').join('\n');
  const mpi = annotations[slurmAnnotations.mpiFlags];
  return {
    ...(ip === undefined ? {} : { environment: [['POD_IP', ip]] }),
    ...(preamble === '' ? {} : { preamble }),
    ...(mpi === undefined
      ? {}
      : {
          wrapper: [policy.mpiProgram, '-np', tasksOf(flags), ...splitWords(mpi, fieldOf(slurmAnnotations.mpiFlags))],
        }),
  };
}

function podIpOf({ annotations }: ResolvedPod): string | undefined {
  const ip = annotations[coreAnnotations.podIp]?.trim() ?? '';
  if (ip === '') return undefined;
  const field = fieldOf(coreAnnotations.podIp);
  if (isIP(ip) === 0) throw new InvalidInputError(`${field} is no IP address`, { field });
  return ip;
}

/** How many tasks a job with these flags has: what Slurm has in `SLURM_NTASKS`. */
function tasksOf(flags: readonly Flag[]): string {
  const valueOf = (wanted: string): string | undefined => flags.find(({ name }) => name === wanted)?.value;
  const [tasks, perNode, nodes = '1'] = [valueOf('ntasks'), valueOf('ntasks-per-node'), valueOf('nodes')];
  if (tasks !== undefined || perNode === undefined) return tasks ?? '1';
  if (/^\d+$/.test(nodes) && /^\d+$/.test(perNode)) return String(Number(nodes) * Number(perNode));
  const field = fieldOf(slurmAnnotations.mpiFlags);
  throw new InvalidInputError(
    `${field} needs --ntasks: with --nodes=${nodes} the number of tasks is not known before`,
    {
      field,
    },
  );
}

/** What the container runtime is told. */
function runtimeParts(
  annotations: ResolvedPod['annotations'],
  names: RuntimeAnnotations | undefined,
): Partial<JobPlan> {
  const imagePrefix = annotations[slurmAnnotations.imageRoot];
  const prefixed = imagePrefix === undefined ? {} : { imagePrefix };
  if (names === undefined) return prefixed;
  const options = splitWords(annotations[names.options] ?? '', fieldOf(names.options));
  const hostMounts = parseMounts(annotations[names.mounts] ?? '', names.mountOptions, fieldOf(names.mounts));
  return {
    ...prefixed,
    ...(options.length === 0 ? {} : { runtimeOptions: options }),
    ...(hostMounts.length === 0 ? {} : { hostMounts }),
  };
}

function replacedWarning(replaced: readonly string[]): string[] {
  if (replaced.length === 0) return [];
  const names = replaced.map((name) => `--${name}`).join(', ');
  return [`${fieldOf(slurmAnnotations.flags)}: ${names} has no effect, because the containers' resources say it`];
}

function unreadWarning({ annotations }: ResolvedPod, containerRuntime: string): string[] {
  const others = Object.entries(runtimeAnnotations).filter(([runtime]) => runtime !== containerRuntime);
  const forOthers = new Set(others.flatMap(([, { mounts, options }]) => [mounts, options]));
  const { singularityCommands: neverRead, ...read } = slurmAnnotations;
  const known = new Set<string>(Object.values(read));
  return Object.keys(annotations).flatMap((name) => {
    if (forOthers.has(name)) {
      return [`${fieldOf(name)} has no effect: the container runtime here is ${containerRuntime}`];
    }
    const isUnread = name === neverRead || (name.startsWith(prefix) && !known.has(name));
    return isUnread ? [`${fieldOf(name)} has no effect: nothing reads it`] : [];
  });
}
