import type { ResolvedPod, ResourceAmounts } from '@interlink/plugin-sdk';
import { UnsupportedError } from '@interlink/spec';
import { correctCounts, type ResourceKinds } from './correct-counts.ts';
import type { Flavor } from './flavor.ts';
import type { Flag } from './parse-flags.ts';

/** How an extended resource is asked for: an option of `sbatch` in which `{count}` stands for the amount. */
export type ResourceFlags = Readonly<Record<string, string>>;

/** What the flags of a job are made of. What comes later in this list wins. */
export interface FlagSources {
  /** Of the site, for every job. */
  readonly defaults: readonly Flag[];
  readonly flavor: Flavor | undefined;
  /** Of the pod's annotation. */
  readonly annotation: readonly Flag[];
  readonly resourceFlags: ResourceFlags;
}

/** The flags of a job, and what of the pod's own flags its resources replaced. */
export interface JobFlags {
  readonly flags: readonly Flag[];
  readonly replaced: readonly string[];
}

const bytesPerMebibyte = 1024 * 1024;
const secondsPerMinute = 60;
const memoryFlags = ['mem', 'mem-per-cpu', 'mem-per-gpu'];

/**
 * The options for `sbatch` that say what a job needs: the pod's resources by the Kubernetes rule, then its annotation, then the flavor's
 * flags, then the site's; at last the amounts of the flavor where nothing else said any.
 *
 * @throws UnsupportedError naming an extended resource that the site has no option for.
 */
export function buildFlags(pod: ResolvedPod, sources: FlagSources): JobFlags {
  const { reservation } = pod.resources;
  const chosen = new Map<string, Flag>();
  for (const flag of [...sources.defaults, ...(sources.flavor?.flags ?? []), ...sources.annotation]) put(chosen, flag);
  const corrected = correctCounts(chosen, reservation.extended, kindsOf(sources.resourceFlags));
  const wanted = resourceFlagsOf(reservation, chosen, sources.resourceFlags);
  const asked = new Set(sources.annotation.map(({ name }) => name));
  const rivalled = wanted.flatMap((flag) => rivals(flag.name)).filter((name) => name !== 'gres');
  const replaced = [...rivalled, ...corrected].filter((name) => asked.has(name));
  for (const flag of wanted) put(chosen, flag);
  for (const flag of [...flavorAmounts(sources.flavor), ...timeOf(pod), { name: 'nodes', value: '1' }]) {
    if (!rivals(flag.name).some((name) => chosen.has(name))) put(chosen, flag);
  }
  return { flags: [...chosen.values()], replaced };
}

/** Options that exclude each other, or are the same one. */
function rivals(name: string): readonly string[] {
  return memoryFlags.includes(name) ? memoryFlags : [name];
}

function put(chosen: Map<string, Flag>, flag: Flag): void {
  for (const name of rivals(flag.name)) chosen.delete(name);
  chosen.set(flag.name, flag);
}

function resourceFlagsOf(
  { cpuCores, memoryBytes, extended }: ResourceAmounts,
  chosen: ReadonlyMap<string, Flag>,
  templates: ResourceFlags,
): Flag[] {
  return [
    ...(cpuCores === undefined || cpuCores === 0 ? [] : [cpusFlag(cpuCores)]),
    ...(memoryBytes === undefined || memoryBytes === 0 ? [] : [memoryFlag(memoryBytes)]),
    ...joinLists(extendedFlags(extended, chosen, templates), chosen),
  ];
}

function cpusFlag(cores: number): Flag {
  return { name: 'cpus-per-task', value: String(Math.max(1, Math.ceil(cores))) };
}

function memoryFlag(bytes: number): Flag {
  return { name: 'mem', value: `${Math.max(1, Math.ceil(bytes / bytesPerMebibyte))}M` };
}

function extendedFlags(
  extended: ResourceAmounts['extended'],
  chosen: ReadonlyMap<string, Flag>,
  templates: ResourceFlags,
): Flag[] {
  const flags: Flag[] = [];
  for (const [resource, count] of Object.entries(extended)) {
    if (count === 0) continue;
    const template = Object.hasOwn(templates, resource) ? templates[resource] : undefined;
    if (template === undefined) throw noSuchResource(resource, templates);
    const { name, value, kind } = readTemplate(template);
    // A type of GPU that a flavor or the pod chose says more than a bare count.
    if (!mentions(chosen, kind)) flags.push({ name, value: value.replaceAll('{count}', String(Math.ceil(count))) });
  }
  return flags;
}

function readTemplate(template: string): { readonly name: string; readonly value: string; readonly kind: string } {
  const [, name = '', value = ''] = /^-*([a-z-]+)=(.*)$/s.exec(template) ?? [];
  return { name, value, kind: name.startsWith('gpus') ? 'gpu' : (value.split(':', 1)[0] ?? '') };
}

function kindsOf(templates: ResourceFlags): ResourceKinds {
  return new Map(Object.entries(templates).map(([resource, template]) => [resource, readTemplate(template).kind]));
}

function mentions(chosen: ReadonlyMap<string, Flag>, kind: string): boolean {
  const inGres = (chosen.get('gres')?.value ?? '').split(',').some((entry) => entry.split(':', 1)[0] === kind);
  const byOwnFlag = kind === 'gpu' && [...chosen.keys()].some((name) => name.startsWith('gpus'));
  return inGres || byOwnFlag;
}

/** `--gres` is a list: what several resources want stands in one flag. */
function joinLists(flags: readonly Flag[], chosen: ReadonlyMap<string, Flag>): Flag[] {
  const gres = flags.filter(({ name }) => name === 'gres').map(({ value = '' }) => value);
  const others = flags.filter(({ name }) => name !== 'gres');
  if (gres.length === 0) return others;
  const known = chosen.get('gres')?.value;
  return [...others, { name: 'gres', value: [...(known === undefined ? [] : [known]), ...gres].join(',') }];
}

function noSuchResource(resource: string, templates: ResourceFlags): UnsupportedError {
  const field = 'pod.spec.containers[].resources';
  const known = Object.keys(templates);
  const here = known.length === 0 ? 'none is known here' : `known here: ${known.join(', ')}`;
  return new UnsupportedError(`${field}: jobs cannot ask for ${resource} on this site; ${here}`, { field });
}

function flavorAmounts(flavor: Flavor | undefined): Flag[] {
  return [
    ...(flavor?.cpus === undefined ? [] : [cpusFlag(flavor.cpus)]),
    ...(flavor?.memoryBytes === undefined ? [] : [memoryFlag(flavor.memoryBytes)]),
  ];
}

/** Slurm's limit stands behind the runner's own: it is in minutes and leaves the containers their grace period. */
function timeOf({ activeDeadlineSeconds, terminationGracePeriodSeconds }: ResolvedPod): Flag[] {
  if (activeDeadlineSeconds === undefined) return [];
  const minutes = Math.ceil((activeDeadlineSeconds + terminationGracePeriodSeconds) / secondsPerMinute) + 1;
  return [{ name: 'time', value: String(minutes) }];
}
