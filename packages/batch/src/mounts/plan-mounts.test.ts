import { describe, expect, it } from 'vitest';
import type { Bind } from '../contract/container-runtime.ts';
import type { DirectoryEntry } from '../contract/host.ts';
import { planMounts, type MountPlan, type MountWish } from './plan-mounts.ts';

/** A host in memory: directories with their entries; a text is a link's target. */
interface Tree {
  readonly [name: string]: Tree | string | null;
}

const host: Tree = {
  bin: 'usr/bin',
  etc: { hosts: null, 'ssl.d': {} },
  run: { lock: {}, socket: null },
  usr: { bin: {}, share: {} },
  var: { run: '/run', lib: { app: {} } },
  opt: { tool: {} },
  loop: '/loop',
  file: null,
};

function entriesOf(path: string): readonly DirectoryEntry[] | undefined {
  let tree: Tree | string | null | undefined = host;
  for (const name of path.split('/').filter((part) => part !== '')) {
    tree = typeof tree === 'object' && tree !== null ? tree[name] : undefined;
  }
  if (typeof tree !== 'object' || tree === null) return undefined;
  return Object.entries(tree).map(([name, value]) =>
    typeof value === 'string'
      ? { name, type: 'link', target: value }
      : { name, type: value === null ? 'file' : 'directory' },
  );
}

const bind = (target: string, more: Partial<Bind> = {}): Bind => ({
  source: `/jobs/u/volumes${target}`,
  target,
  readOnly: false,
  type: 'directory',
  field: 'pod.spec.containers[0].volumeMounts[0]',
  owned: true,
  ...more,
});

function plan(wish: MountWish): { plan: MountPlan; read: string[] } {
  const listings = new Map<string, readonly DirectoryEntry[] | undefined>();
  for (;;) {
    const planning = planMounts(wish, listings);
    if (planning.kind === 'plan') return { plan: planning.plan, read: [...listings.keys()].toSorted() };
    if (planning.kind === 'impossible') throw new Error(planning.reason);
    for (const path of planning.directories) listings.set(path, entriesOf(path));
  }
}

const targets = ({ mounts }: MountPlan): string[] => mounts.map(({ target }) => target);
const skeleton = ({ skeleton }: MountPlan): string[] => skeleton.map(({ path, kind }) => `${kind[0] ?? ''}:${path}`);

describe('planMounts', () => {
  it('keeps every entry of the root: directories and files mounted, links as links', () => {
    const { plan: made } = plan({ binds: [bind('/opt/tool')] });
    expect(skeleton(made)).toEqual(['d:', 'l:bin', 'd:etc', 'd:run', 'd:usr', 'd:var', 'd:opt', 'l:loop', 'f:file']);
    expect(targets(made)).toEqual(['/etc', '/run', '/usr', '/var', '/opt', '/file', '/opt/tool']);
  });

  it('makes a mount point that the root lacks, reading no other directory', () => {
    const { plan: made, read } = plan({ binds: [bind('/data/in')] });
    expect(skeleton(made)).toEqual(expect.arrayContaining(['d:data', 'd:data/in']));
    expect(targets(made).at(-1)).toBe('/data/in');
    expect(read).toEqual(['/']);
  });

  it('follows links on the way, as /var/run', () => {
    const { plan: made } = plan({ binds: [bind('/var/run/secrets/kubernetes.io/serviceaccount')] });
    expect(targets(made)).toEqual(
      expect.arrayContaining(['/run/lock', '/run/socket', '/run/secrets/kubernetes.io/serviceaccount', '/var']),
    );
    expect(targets(made)).not.toContain('/run');
    expect(skeleton(made)).toEqual(
      expect.arrayContaining([
        'd:run',
        'd:run/lock',
        'f:run/socket',
        'd:run/secrets',
        'd:run/secrets/kubernetes.io/serviceaccount',
      ]),
    );
  });

  it('mounts a file over a file, and makes one beside others', () => {
    const { plan: over } = plan({ binds: [bind('/etc/hosts', { type: 'file' })] });
    expect(targets(over)).toContain('/etc');
    const { plan: beside } = plan({ binds: [bind('/etc/new.conf', { type: 'file' })] });
    expect(targets(beside)).toEqual(expect.arrayContaining(['/etc/hosts', '/etc/ssl.d', '/etc/new.conf']));
    expect(skeleton(beside)).toContain('f:etc/new.conf');
  });

  it('replaces a file by a directory where a volume is mounted at it', () => {
    const { plan: made } = plan({ binds: [bind('/etc/hosts')] });
    expect(skeleton(made)).toContain('d:etc/hosts');
    expect(skeleton(made)).not.toContain('f:etc/hosts');
    expect(targets(made).filter((target) => target === '/etc/hosts')).toHaveLength(1);
  });

  it('mounts the outer of two nested mounts first and makes the inner mount point in the outer volume', () => {
    const { plan: made } = plan({ binds: [bind('/data/inner/deep'), bind('/data')] });
    expect(targets(made).slice(-2)).toEqual(['/data', '/data/inner/deep']);
    expect(made.mountPoints).toEqual([{ path: '/jobs/u/volumes/data/inner/deep', type: 'directory' }]);
  });

  it('makes nothing in a directory of the host that is mounted around another', () => {
    const { plan: made } = plan({ binds: [bind('/data', { owned: false }), bind('/data/inner')] });
    expect(made.mountPoints).toEqual([]);
  });

  it('makes a working directory that is missing', () => {
    const { plan: made } = plan({ binds: [], directories: ['/work/here'] });
    expect(skeleton(made)).toEqual(expect.arrayContaining(['d:work', 'd:work/here']));
    expect(targets(made)).not.toContain('/work');
  });

  it('cannot mount at the root', () => {
    expect(() => plan({ binds: [bind('/')] })).toThrow('nothing can be mounted at /');
  });

  it('ends on a loop of links', () => {
    expect(() => plan({ binds: [bind('/loop/x')] })).not.toThrow();
  });
});
