import { ignored, type VerdictTable } from '@interlink/plugin-sdk';
import { UnsupportedError } from '@interlink/spec';
import type { ContainerRuntime, ContainerStart, StartRequest } from '../contract/container-runtime.ts';
import type { DirectoryEntry, Host, TreeEntry } from '../contract/host.ts';
import { defaultPath } from '../host/run-command.ts';
import { formatFstab } from '../mounts/format-fstab.ts';
import { mountFlags } from '../mounts/mount-flags.ts';
import type { MountNamespaces } from '../mounts/mount-namespaces.ts';
import { planMounts, type MountPlan, type MountWish } from '../mounts/plan-mounts.ts';
import { withDefaults } from '../pod/default-environment.ts';

/** What {@link createNoneRuntime} needs. */
export interface NoneRuntimeOptions {
  readonly host: Host;
  readonly namespaces: MountNamespaces;
}

const verdicts: VerdictTable = {
  'spec.containers[].image': ignored('there are no images here: the command runs on the machine itself'),
  'spec.containers[].imagePullPolicy': ignored('there are no images here'),
  'spec.imagePullSecrets': ignored('there are no images here'),
};

/**
 * No container runtime: commands run on the host itself, for development. Volumes are at their mount paths in a mount namespace
 * of the container's own; there is no isolation beyond that.
 */
export function createNoneRuntime({ host, namespaces }: NoneRuntimeOptions): ContainerRuntime {
  const mounts = namespaces.kind === 'unavailable' ? 'unavailable' : namespaces.kind;
  return {
    name: 'none',
    description:
      'Commands run on this machine without an image and without isolation; ' +
      (namespaces.kind === 'unavailable'
        ? `pods with volume mounts are refused, because there are no mount namespaces: ${namespaces.reason}.`
        : 'volumes appear at their mount paths in a private mount namespace.'),
    labels: { 'interlink.eu/container-runtime': 'none', 'interlink.eu/volume-mounts': mounts },
    verdicts,
    start: (request) => start(request, { host, namespaces }),
    enter: (processId, command) => [
      'nsenter',
      '--target',
      String(processId),
      '--mount',
      '--root',
      '--wd',
      '--',
      ...command,
    ],
  };
}

async function start(request: StartRequest, options: NoneRuntimeOptions): Promise<ContainerStart> {
  const { pod, container, binds } = request;
  const [program, ...rest] = container.command ?? [];
  if (program === undefined) {
    throw new UnsupportedError(
      `${container.field}.command is needed: without a container runtime the image's own command is not known`,
      { field: `${container.field}.command` },
    );
  }
  const workingDirectory = container.workingDirectory ?? '/';
  const plain: ContainerStart = {
    argv: [program, ...rest, ...(container.args ?? [])],
    environment: withDefaults(pod, container, { PATH: defaultPath, HOME: options.host.homeDirectory }),
    workingDirectory,
  };
  const needsRoot = binds.length > 0 || (await options.host.resolvePath(workingDirectory)) === undefined;
  return needsRoot ? { ...plain, ...(await inNamespace(request, workingDirectory, options)) } : plain;
}

async function inNamespace(
  request: StartRequest,
  workingDirectory: string,
  { host, namespaces }: NoneRuntimeOptions,
): Promise<Pick<ContainerStart, 'enter' | 'files' | 'mountPoints'>> {
  const { binds, container, directory } = request;
  if (namespaces.kind === 'unavailable') {
    const field = binds[0]?.field ?? `${container.field}.workingDir`;
    throw new UnsupportedError(
      `${field} needs a mount namespace, which this machine does not allow: ${namespaces.reason}`,
      {
        field,
      },
    );
  }
  const plan = await planOn(host, { binds, directories: [workingDirectory] });
  const mountInfo = (await host.readMany([mountInfoPath])).get(mountInfoPath) ?? '';
  const fstab = formatFstab(plan, { root: `${directory}/root`, flagsOf: (source) => mountFlags(mountInfo, source) });
  const skeleton = plan.skeleton.map((entry): TreeEntry => ({
    ...entry,
    path: entry.path === '' ? 'root' : `root/${entry.path}`,
  }));
  return {
    enter: namespaces.command,
    files: [{ kind: 'file', path: 'fstab', mode: 0o600, content: fstab }, ...skeleton],
    mountPoints: plan.mountPoints,
  };
}

const mountInfoPath = '/proc/self/mountinfo';

/** Plans against the host as it is, reading only the directories on the way to a mount point. */
async function planOn(host: Host, wish: MountWish): Promise<MountPlan> {
  const listings = new Map<string, readonly DirectoryEntry[] | undefined>();
  for (;;) {
    const planning = planMounts(wish, listings);
    switch (planning.kind) {
      case 'plan':
        return planning.plan;
      case 'impossible':
        throw new UnsupportedError(`${planning.bind.field}: ${planning.reason}`, { field: planning.bind.field });
      case 'listing':
        for (const path of planning.directories) listings.set(path, await host.list(path));
    }
  }
}
