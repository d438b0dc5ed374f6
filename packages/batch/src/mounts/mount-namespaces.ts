import type { TreeEntry, Host } from '../contract/host.ts';
import { formatNulList } from '../directory/nul-list.ts';
import { runnerProgram } from '../directory/runner-program.ts';
import { formatFstab } from './format-fstab.ts';
import type { MountPlan } from './plan-mounts.ts';

/** How containers get a mount namespace of their own on this machine. */
export type MountNamespaces =
  | { readonly kind: 'root' | 'user'; readonly command: readonly string[] }
  | { readonly kind: 'unavailable'; readonly reason: string };

const asRoot = ['unshare', '--mount', '--propagation', 'private', '--'];
const asUser = ['unshare', '--user', '--map-root-user', '--mount', '--propagation', 'private', '--'];

/** Finds out by doing it, in a directory of its own that is removed afterwards. Asked once, when a plugin starts. */
export async function probeMountNamespaces(host: Host, root: string): Promise<MountNamespaces> {
  const directory = `${root}/.probe-${process.pid}`;
  await host.remove([directory]);
  try {
    await host.createTree(directory, await probeFiles(host, directory));
    const ways =
      host.user.uid === 0 ? [['root', asRoot] as const, ['user', asUser] as const] : [['user', asUser] as const];
    let reason = 'unshare(1) is missing';
    for (const [kind, command] of ways) {
      const failure = await attempt(host, [...command, 'bash', runnerProgram(), directory, 'enter', 'probe']);
      if (failure === undefined) return { kind, command };
      reason = failure;
    }
    return { kind: 'unavailable', reason };
  } finally {
    await host.remove([directory]);
  }
}

async function attempt(host: Host, argv: readonly string[]): Promise<string | undefined> {
  try {
    const { exitCode, stderr } = await host.run(argv);
    return exitCode === 0 ? undefined : (stderr.trim().split('\n')[0] ?? `exit code ${exitCode}`);
  } catch (error) {
    return (error as Error).message;
  }
}

/** A container whose root has a directory that the host has not. */
async function probeFiles(host: Host, directory: string): Promise<TreeEntry[]> {
  const target = '/.interlink-probe';
  const container = 'container/probe';
  const topLevel = (await host.list('/')) ?? [];
  const directories = topLevel.filter(({ type }) => type === 'directory').map(({ name }) => name);
  const links = topLevel.flatMap((entry) => (entry.type === 'link' ? [entry] : []));
  const plan: MountPlan = {
    skeleton: [],
    mountPoints: [],
    mounts: [
      ...directories.map((name) => ({ source: `/${name}`, target: `/${name}`, fromHost: true, readOnly: false })),
      { source: `${directory}/volume`, target, fromHost: false, readOnly: true },
    ],
  };
  const mkdir = (path: string): TreeEntry => ({ kind: 'directory', path, mode: 0o755 });
  const file = (path: string, content: string): TreeEntry => ({ kind: 'file', path, mode: 0o600, content });
  return [
    mkdir('volume'),
    file('volume/file', ''),
    mkdir('container'),
    mkdir(container),
    mkdir(`${container}/root`),
    ...directories.map((name) => mkdir(`${container}/root/${name}`)),
    ...links.map(({ name, target: to }): TreeEntry => ({
      kind: 'link',
      path: `${container}/root/${name}`,
      target: to,
    })),
    mkdir(`${container}/root${target}`),
    file(`${container}/fstab`, formatFstab(plan, { root: `${directory}/${container}/root`, flagsOf: () => [] })),
    file(`${container}/argv`, formatNulList(['test', '-e', `${target}/file`])),
    file(`${container}/env`, formatNulList(['PATH=/usr/bin:/bin'])),
    file(`${container}/workdir`, formatNulList(['/'])),
  ];
}
