import {
  emulated,
  honoured,
  ignored,
  unlessDefault,
  type ResolvedContainer,
  type VerdictTable,
} from '@interlink/plugin-sdk';
import type { Bind, ContainerRuntime, ContainerStart, StartRequest } from '../contract/container-runtime.ts';
import type { Host } from '../contract/host.ts';
import { defaultPath } from '../host/run-command.ts';
import { byDepth, mountPointsIn } from '../mounts/nested-binds.ts';
import { imageVerdicts } from '../images/image-verdicts.ts';
import { apptainerMessageVerdict, mountMessage } from './apptainer-message.ts';
import { withDefaults } from '../pod/default-environment.ts';
import { versionOf } from './version-of.ts';
import { mapApptainerVariables } from './apptainer-variables.ts';
import { buildApptainerImages, type ApptainerImageOptions } from './apptainer-images.ts';

/** What {@link createApptainerRuntime} needs. */
export interface ApptainerOptions extends ApptainerImageOptions {
  /** Program name or path. Default `apptainer`; `singularity` takes the same arguments. */
  readonly program?: string;
  /** Home directory of the user that runs the jobs. */
  readonly homeDirectory: string;
  /** What the program says of its version: variables of SingularityCE's containers have another prefix. Default: apptainer's. */
  readonly version?: string | undefined;
  /** More arguments for every start, e.g. `['--fakeroot']`. */
  readonly options?: readonly string[];
}

const verdicts: VerdictTable = {
  ...imageVerdicts,
  'spec.containers[].terminationMessagePath': apptainerMessageVerdict,
  'spec.containers[].volumeMounts[].readOnly': honoured(),
  'spec.ephemeralContainers[].targetContainerName': ignored(
    'each container has processes of its own; exec goes into the other one',
  ),
  'spec.containers[].securityContext.readOnlyRootFilesystem': unlessDefault(
    [false],
    emulated('/tmp, /var/tmp and the home directory can be written, and are lost at the end'),
  ),
};

const gpuOptions: readonly (readonly [prefix: string, option: string])[] = [
  ['nvidia.com/', '--nv'],
  ['amd.com/gpu', '--rocm'],
];

/** Containers from images, by apptainer. */
export function createApptainerRuntime(options: ApptainerOptions): ContainerRuntime {
  return {
    name: 'apptainer',
    description: 'Containers are started from their images by apptainer, on the network of the machine.',
    labels: { 'interlink.eu/container-runtime': 'apptainer' },
    verdicts,
    images: buildApptainerImages(options),
    startsAsOthers: true,
    bindsHostsFile: true,
    start: (request) => Promise.resolve(buildApptainerStart(request, options)),
  };
}

/** The version that a program answers with; undefined where it is not installed. */
export function detectApptainer(host: Host, program = 'apptainer'): Promise<string | undefined> {
  return versionOf(host, [program, '--version']);
}

/** What a pod expects of a container: nothing of the machine but its network, and a root that can be written. */
const compatible = ['--compat', '--cleanenv'];

/** The parts of --compat, for a container that wants not all of them. */
const partsOfCompatible = ['--contain', '--ipc', '--pid', '--no-init', '--no-umask'];

/** With `ownEnvironment` that of apptainer itself goes into the container; it has nothing but what it is given here. */
function compatibilityFlags({ spec }: ResolvedContainer, ownEnvironment: boolean): string[] {
  const readOnly = spec.securityContext?.readOnlyRootFilesystem === true;
  if (!readOnly && !ownEnvironment) return compatible;
  return [...partsOfCompatible, ...(ownEnvironment ? [] : ['--cleanenv']), ...(readOnly ? [] : ['--writable-tmpfs'])];
}

/** The command line and environment of one container. Pure. */
export function buildApptainerStart(request: StartRequest, options: ApptainerOptions): ContainerStart {
  const { container, pod } = request;
  const { binds: messageBinds, ...message } = mountMessage(request);
  const binds = [...request.binds, ...messageBinds];
  const verb = container.command === undefined ? 'run' : 'exec';
  // What an image says of it counts for nothing otherwise; without a word, apptainer takes the user's home directory.
  const directory = container.workingDirectory ?? request.image?.workingDirectory ?? '/';
  const environmentPrefix = options.version?.startsWith('singularity') === true ? 'SINGULARITYENV_' : 'APPTAINERENV_';
  const variables = mapApptainerVariables(container, withDefaults(pod, container, {}), environmentPrefix);
  // apptainer makes mount points in the image, but not in what it has mounted there.
  const workingDirectory = { target: directory, type: 'directory' } as const;
  const mountPoints = mountPointsIn(binds, [...binds, workingDirectory]);
  return {
    argv: [
      options.program ?? 'apptainer',
      '--silent',
      verb,
      ...compatibilityFlags(container, variables.needsOwnEnvironment),
      // Without it a shell in the container evaluates arguments and variables.
      '--no-eval',
      ...gpuFlags(container),
      ...userFlags(request.user),
      '--pwd',
      directory,
      ...homeFlags(container),
      ...binds.toSorted(byDepth).flatMap((bind) => ['--mount', formatMount(bind)]),
      ...(options.options ?? []),
      ...(request.options ?? []),
      request.image?.path ?? '',
      ...(container.command ?? []),
      ...(container.args ?? []),
    ],
    // On the command line, or in the environment file that apptainer reads as shell, values would not be safe.
    environment: [['PATH', defaultPath], ['HOME', options.homeDirectory], ...variables.environment],
    // Where the site has apptainer and what belongs to it.
    inherited: ['PATH'],
    workingDirectory: '/',
    ...message,
    mountPoints,
    signals: 'first',
    join: { environmentPrefix, workingDirectory: directory },
  };
}

function gpuFlags({ resources }: ResolvedContainer): string[] {
  const wanted = Object.entries({ ...resources.limits.extended, ...resources.requests.extended })
    .filter(([, amount]) => amount > 0)
    .map(([name]) => name);
  return gpuOptions.filter(([prefix]) => wanted.some((name) => name.startsWith(prefix))).map(([, option]) => option);
}

/** A variable `HOME` is not passed on otherwise. By `--home` alone the machine's directory of that name would be in the container. */
function homeFlags({ environment }: ResolvedContainer): string[] {
  const home = environment.findLast(([name]) => name === 'HOME')?.[1] ?? '';
  return home === '' ? [] : ['--no-home', '--home', home];
}

/** For root alone. The groups are one value with the group, the user another. */
function userFlags(user: StartRequest['user']): string[] {
  if (user === undefined) return [];
  return ['--security', `uid:${user.uid}`, '--security', `gid:${[user.gid, ...user.groups].join(':')}`];
}

/** One field each of a CSV record, as `--mount` reads it; `--bind` cannot take a path with a comma or colon. */
function formatMount({ source, target, readOnly }: Bind): string {
  const fields = ['type=bind', `source=${source}`, `destination=${target}`, ...(readOnly ? ['ro'] : [])];
  return fields.map((field) => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',');
}
