import { emulated, honoured, type ResolvedContainer, type VerdictTable } from '@interlink/plugin-sdk';
import { UnsupportedError } from '@interlink/spec';
import type { TreeEntry } from '../contract/host.ts';
import type { Bind, ContainerRuntime, ContainerStart, StartRequest } from '../contract/container-runtime.ts';
import { defaultPath } from '../host/run-command.ts';
import { isInDevices, messageFile } from '../pod/message-file.ts';
import { imageVerdicts } from '../images/image-verdicts.ts';
import { byDepth, mountPointsIn } from '../mounts/nested-binds.ts';
import { withDefaults } from '../pod/default-environment.ts';
import { buildEnrootImages, enrootContainer, enrootDataVariable, type EnrootImageOptions } from './enroot-images.ts';

/** What {@link createEnrootRuntime} needs. */
export interface EnrootOptions extends EnrootImageOptions {
  /** More arguments for every start. Default none. */
  readonly options?: readonly string[];
}

const verdicts: VerdictTable = {
  ...imageVerdicts,
  'spec.containers[].volumeMounts[].readOnly': honoured(),
  'spec.containers[].securityContext.readOnlyRootFilesystem': emulated('writes to the image are lost with the pod'),
};

/** In place of the image's own script, for a container that has a command. Static: what it runs are its arguments. */
const commandFile: TreeEntry = {
  kind: 'file',
  path: 'rc',
  mode: 0o600,
  content: `[ -z "\${INTERLINK_DIRECTORY-}" ] || cd -- "$INTERLINK_DIRECTORY" || exit 125
unset INTERLINK_DIRECTORY
exec "$@"
`,
};

/**
 * Containers from images, by enroot. Written from its documentation: no test runs it, because it is in no package registry that the
 * tests can reach.
 */
export function createEnrootRuntime(options: EnrootOptions): ContainerRuntime {
  return {
    name: 'enroot',
    description:
      'Containers are started from their images by enroot, on the network and among the processes of the machine.',
    labels: { 'interlink.eu/container-runtime': 'enroot' },
    verdicts,
    images: buildEnrootImages(options),
    start: (request) => Promise.resolve(buildEnrootStart(request, options)),
  };
}

/** The command line and environment of one container. Pure. */
export function buildEnrootStart(request: StartRequest, options: EnrootOptions): ContainerStart {
  const { container, pod, directory } = request;
  const message = request.message && !isInDevices(request.message.target) ? [request.message] : [];
  const binds = [...request.binds, ...message];
  checkWorkingDirectory(container);
  const workingDirectory = container.workingDirectory ?? request.image?.workingDirectory ?? '/';
  // The hook of enroot gives all GPUs of the machine to an image that says nothing else.
  const variables = withDefaults(pod, container, { NVIDIA_VISIBLE_DEVICES: wantsGpus(container) ? 'all' : 'void' });
  for (const variable of variables) checkVariable(variable, container);
  const isReplaced = container.command !== undefined;
  const quiet = variables.filter((variable) => !meansSomething(variable));
  const names = quiet.map(([name]) => name);
  return {
    argv: [
      options.program ?? 'enroot',
      'start',
      '--rw',
      ...(isReplaced ? ['--rc', `${directory}/rc`] : []),
      // Names alone: enroot takes the values from its own environment.
      ...[...names, ...(isReplaced ? ['INTERLINK_DIRECTORY'] : [])].flatMap((name) => ['--env', name]),
      ...variables.filter(meansSomething).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
      ...binds.toSorted(byDepth).flatMap((bind) => ['--mount', formatMount(bind)]),
      ...(options.options ?? []),
      ...(request.options ?? []),
      enrootContainer,
      ...(container.command ?? []),
      ...(container.args ?? []),
    ],
    environment: [
      ['PATH', defaultPath],
      ['HOME', options.homeDirectory],
      ...Object.entries(options.pullEnvironment ?? {}),
      ...(isReplaced ? [['INTERLINK_DIRECTORY', workingDirectory] as const] : []),
      ...quiet,
      enrootDataVariable(directory),
    ],
    workingDirectory: '/',
    mountPoints: mountPointsIn(binds, [...binds, { target: workingDirectory, type: 'directory' }]),
    files: [...(isReplaced ? [commandFile] : []), ...(message.length > 0 ? [messageFile] : [])],
  };
}

function wantsGpus({ resources }: ResolvedContainer): boolean {
  const wanted = Object.entries({ ...resources.limits.extended, ...resources.requests.extended });
  return wanted.some(([name, amount]) => name.startsWith('nvidia.com/') && amount > 0);
}

/** The image's own script goes to the image's own directory. */
function checkWorkingDirectory({ command, workingDirectory, field }: ResolvedContainer): void {
  if (command !== undefined || workingDirectory === undefined) return;
  const at = `${field}.workingDir`;
  throw new UnsupportedError(`${at} needs a command with enroot, whose images start in their own directory`, {
    field: at,
  });
}

/** Enroot keeps variables in a file, one a line. */
function checkVariable([name, value]: readonly [string, string], { field }: ResolvedContainer): void {
  if (/^[A-Za-z_]\w*$/.test(name) && !value.includes('\n')) return;
  const at = `${field}.env`;
  throw new UnsupportedError(
    `${at}: enroot cannot be given the variable ${name}: a name of another kind, or a line break`,
    {
      field: at,
    },
  );
}

/** To bash, the loader and the C library, and enroot itself. */
const meaningful =
  /^(?:PATH|HOME|ENV|IFS|PS4|TMPDIR|CDPATH|GLOBIGNORE|SHELLOPTS|BASHOPTS|AWKPATH|AWKLIBPATH|GCONV_PATH|LOCPATH|NLSPATH|(?:BASH|ENROOT|LD|XDG|GLIBC|MALLOC)_.*)$/;

/**
 * Whether a variable means something to enroot, which is a bash program, or to what that runs on the machine: with `BASH_ENV` or `HOME`
 * a pod would run programs outside of its container. The values of those, which are hardly secrets, stand on the command line.
 */
function meansSomething([name]: readonly [string, string]): boolean {
  return meaningful.test(name);
}

/** A line of fstab with colons in place of spaces, so that neither can be in a path. */
function formatMount({ source, target, readOnly, type, field }: Bind): string {
  if (/[\s:\\#$]/.test(`${source}${target}`)) {
    throw new UnsupportedError(`${field}: enroot cannot mount a path with spaces, colons or one of \\ # $`, { field });
  }
  const make = type === 'directory' ? 'dir' : 'file';
  return `${source}:${target}:none:x-create=${make},bind,${readOnly ? 'ro' : 'rw'}`;
}
