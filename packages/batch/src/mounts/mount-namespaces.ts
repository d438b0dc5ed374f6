import type { ContainerStart } from '../contract/container-runtime.ts';
import type { Host, TreeEntry } from '../contract/host.ts';
import { formatNulList } from '../directory/nul-list.ts';
import { enterProgram } from '../directory/runner-program.ts';
import { formatBubblewrap } from './format-bubblewrap.ts';
import { formatFstab } from './format-fstab.ts';
import { mountFlags } from './mount-flags.ts';
import { memoryDirectory } from '../directory/job-paths.ts';
import type { MountPlan, PlannedMount } from './plan-mounts.ts';
import { planOnHost } from './plan-on-host.ts';

/** A way to a mount namespace: as root, by a user namespace, by bubblewrap. */
export type NamespaceKind = 'root' | 'user' | 'bubblewrap';

/** How containers get a mount namespace of their own on this machine, or why they cannot. */
export type MountNamespaces =
  { readonly kind: NamespaceKind } | { readonly kind: 'unavailable'; readonly reason: string };

/** What of a {@link ContainerStart} makes the container's mounts. */
export type NamespaceStart = Pick<ContainerStart, 'enter' | 'files' | 'mountPoints' | 'signals'>;

const mountInfoPath = '/proc/self/mountinfo';
const privateMounts = ['--mount', '--propagation', 'private', '--'];

/** How a container with these mounts is started. `directory` is its part of the job directory. */
export async function startInNamespace(
  host: Host,
  kind: NamespaceKind,
  { plan, directory }: { readonly plan: MountPlan; readonly directory: string },
): Promise<NamespaceStart> {
  const { mountPoints } = plan;
  if (kind === 'bubblewrap') {
    // bwrap stays as the parent of the container, and does not pass signals on.
    return { enter: ['bwrap', ...formatBubblewrap(plan), '--'], mountPoints, signals: 'child' };
  }
  const mountInfo = (await host.readMany([mountInfoPath])).get(mountInfoPath) ?? '';
  const root = `${directory}/root`;
  const flagsOf = ({ source, inMemory = false }: PlannedMount): string[] => {
    const flags = mountFlags(mountInfo, source);
    return inMemory ? [...new Set([...flags, ...mountFlags(mountInfo, memoryDirectory)])] : flags;
  };
  const fstab = formatFstab(plan, { root, flagsOf });
  const volumes = plan.mounts.filter(({ fromHost }) => !fromHost);
  const points = volumes.flatMap(({ source, target, pointInSource }) => [source, pointInSource ?? root + target]);
  const skeleton = plan.skeleton.map((entry): TreeEntry => ({
    ...entry,
    path: entry.path === '' ? 'root' : `root/${entry.path}`,
  }));
  return {
    enter: ['unshare', ...(kind === 'user' ? ['--user', '--map-root-user'] : []), ...privateMounts],
    files: [file('fstab', fstab), file('points', formatNulList(points)), ...skeleton],
    mountPoints,
  };
}

function file(path: string, content: string): TreeEntry {
  return { kind: 'file', path, mode: 0o600, content };
}

/** Finds out by doing it, in a directory of its own that is removed afterwards. Asked once, when a plugin starts. */
export async function probeMountNamespaces(host: Host, root: string): Promise<MountNamespaces> {
  const kinds: NamespaceKind[] = host.user.uid === 0 ? ['root', 'user', 'bubblewrap'] : ['user', 'bubblewrap'];
  const failures: string[] = [];
  for (const kind of kinds) {
    const failure = await attempt(host, kind, `${root}/.probe-${process.pid}`);
    if (failure === undefined) return { kind };
    failures.push(`${kind}: ${failure}`);
  }
  return { kind: 'unavailable', reason: failures.join('; ') };
}

/** A container whose root has a directory that the host has not: undefined when it works, else why not. */
async function attempt(host: Host, kind: NamespaceKind, directory: string): Promise<string | undefined> {
  await host.remove([directory]);
  try {
    const container = `${directory}/container/probe`;
    const target = '/.interlink-probe';
    const bind = {
      source: `${directory}/volume`,
      target,
      readOnly: true,
      type: 'directory',
      field: '',
      owned: true,
    } as const;
    const start = await startInNamespace(host, kind, {
      plan: await planOnHost(host, { binds: [bind] }),
      directory: container,
    });
    await host.createTree(directory, probeTree(start, ['test', '-e', `${target}/file`]));
    const argv = [...(start.enter ?? []), 'bash', enterProgram(), directory, 'probe'];
    const { exitCode, stderr } = await host.run(argv);
    return exitCode === 0 ? undefined : (stderr.trim().split('\n')[0] ?? `exit code ${exitCode}`);
  } catch (error) {
    return (error as Error).message;
  } finally {
    await host.remove([directory]);
  }
}

function probeTree(start: NamespaceStart, argv: readonly string[]): TreeEntry[] {
  const folder = (path: string): TreeEntry => ({ kind: 'directory', path, mode: 0o700 });
  const base = 'container/probe';
  return [
    folder('volume'),
    file('volume/file', ''),
    folder(base),
    ...(start.files ?? []).map((entry) => ({ ...entry, path: `${base}/${entry.path}` })),
    file(`${base}/argv`, formatNulList(argv)),
    file(`${base}/env`, formatNulList(['PATH=/usr/bin:/bin'])),
    file(`${base}/workdir`, formatNulList(['/'])),
  ];
}
