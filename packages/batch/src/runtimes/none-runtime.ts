import { honoured, ignored, unlessAutomaticPull, unlessDefault, type VerdictTable } from '@interlink/plugin-sdk';
import { UnsupportedError } from '@interlink/spec';
import type { Bind, ContainerRuntime, ContainerStart, StartRequest } from '../contract/container-runtime.ts';
import type { Host } from '../contract/host.ts';
import { defaultPath } from '../host/run-command.ts';
import { startInNamespace, type MountNamespaces, type NamespaceStart } from '../mounts/mount-namespaces.ts';
import { planOnHost } from '../mounts/plan-on-host.ts';
import { withDefaults } from '../pod/default-environment.ts';
import { isInDevices, messageFile } from '../pod/message-file.ts';

/** What {@link createNoneRuntime} needs. */
export interface NoneRuntimeOptions {
  readonly host: Host;
  readonly namespaces: MountNamespaces;
}

const verdicts: VerdictTable = {
  'spec.containers[].image': ignored('there are no images here: the command runs on the machine itself'),
  'spec.containers[].imagePullPolicy': unlessAutomaticPull(ignored('there are no images here')),
  'spec.imagePullSecrets': ignored('there are no images here'),
  'spec.containers[].volumeMounts[].recursiveReadOnly': unlessDefault(
    ['Disabled'],
    honoured('of a read-only path, what is mounted below it is not there'),
  ),
};

const withoutMessages: VerdictTable = {
  'spec.containers[].terminationMessagePath': unlessDefault(
    ['/dev/termination-log'],
    ignored('there are no mount namespaces here'),
  ),
};

/**
 * No container runtime: commands run on the host itself, for development. Volumes are at their mount paths in a mount namespace
 * of the container's own; there is no isolation beyond that.
 */
export function createNoneRuntime({ host, namespaces }: NoneRuntimeOptions): ContainerRuntime {
  return {
    name: 'none',
    description:
      'Commands run on this machine without an image and without isolation; ' +
      (namespaces.kind === 'unavailable'
        ? `pods with volume mounts are refused, because there are no mount namespaces: ${namespaces.reason}.`
        : 'volumes appear at their mount paths in a private mount namespace.'),
    labels: { 'interlink.eu/container-runtime': 'none', 'interlink.eu/volume-mounts': namespaces.kind },
    verdicts: { ...verdicts, ...(namespaces.kind === 'unavailable' ? withoutMessages : {}) },
    start: (request) => start(request, { host, namespaces }),
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
  const message = options.namespaces.kind === 'unavailable' ? [] : mountableMessage(request);
  const needsRoot =
    binds.length + message.length > 0 || (await options.host.resolvePath(workingDirectory)) === undefined;
  if (!needsRoot) return plain;
  const all = { ...request, binds: [...binds, ...message] };
  const { files = [], ...namespace } = await inNamespace(all, workingDirectory, options);
  return { ...plain, ...namespace, files: [...files, ...(message.length > 0 ? [messageFile] : [])] };
}

function mountableMessage({ message }: StartRequest): readonly Bind[] {
  return message && !isInDevices(message.target) ? [message] : [];
}

async function inNamespace(
  request: StartRequest,
  workingDirectory: string,
  { host, namespaces }: NoneRuntimeOptions,
): Promise<NamespaceStart> {
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
  const plan = await planOnHost(host, { binds, directories: [workingDirectory] });
  return await startInNamespace(host, namespaces.kind, { plan, directory });
}
