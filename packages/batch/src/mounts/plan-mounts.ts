import type { Bind } from '../contract/container-runtime.ts';
import type { DirectoryEntry, TreeEntry } from '../contract/host.ts';
import { bindAround, byDepth, mountPointsIn, type MountPoint } from './nested-binds.ts';
import { resolveTarget, type Listings } from './resolve-target.ts';

/** What a root directory for one container is made of. */
export interface MountPlan {
  /** The directory that becomes the root: entries relative to it, mode of its own included as `''`. Mount points and links. */
  readonly skeleton: readonly TreeEntry[];
  /** What is mounted into it, in this order. `target` is absolute, seen from the new root. */
  readonly mounts: readonly PlannedMount[];
  /** Mount points to make inside owned sources. */
  readonly mountPoints: readonly MountPoint[];
}

/** One mount of a {@link MountPlan}. */
export interface PlannedMount {
  readonly source: string;
  readonly target: string;
  /** What was there on the host: it may vanish before the start, and then is not missed. */
  readonly fromHost: boolean;
  readonly readOnly: boolean;
  /** Of a mount inside of another one: the absolute path at which its mount point is, in the source of the other. */
  readonly pointInSource?: string;
  /** See `Bind.inMemory`. */
  readonly inMemory?: boolean;
}

/** The plan, or the directories whose entries are needed to go on planning, or the bind that cannot be made. */
export type MountPlanning =
  | { readonly kind: 'plan'; readonly plan: MountPlan }
  | { readonly kind: 'listing'; readonly directories: readonly string[] }
  | { readonly kind: 'impossible'; readonly bind: Bind; readonly reason: string };

/** What is to be seen at which path. */
export interface MountWish {
  readonly binds: readonly Bind[];
  /** Directories that must exist, e.g. the working directory. */
  readonly directories?: readonly string[];
}

interface Place {
  readonly target: string;
  readonly type: 'directory' | 'file';
  readonly bind?: Bind;
}

/**
 * Plans a root directory in which the host's files are where they always are and the binds at their targets, so that
 * nothing is ever made on the host's file system: of a directory that lacks a mount point a new one is made, with every
 * entry of the old one mounted or linked into it. Pure: knows of the host what `listings` say.
 */
export function planMounts(wish: MountWish, listings: Listings): MountPlanning {
  const places: Place[] = [];
  const needed = new Set<string>();
  const wanted: Place[] = [
    ...wish.binds.map((bind) => ({ target: bind.target, type: bind.type, bind })),
    ...(wish.directories ?? []).map((target) => ({ target, type: 'directory' as const })),
  ];
  for (const place of wanted) {
    const resolved = resolveTarget(place.target, listings);
    if (resolved.kind === 'listing') needed.add(resolved.directory);
    else places.push({ ...place, target: resolved.path });
  }
  if (needed.size > 0) return { kind: 'listing', directories: [...needed] };
  return build(places.toSorted(byDepth), listings);
}

function build(places: readonly Place[], listings: Listings): MountPlanning {
  const binds = places.flatMap(({ bind, target }) => (bind ? [{ ...bind, target }] : []));
  const atRoot = binds.find(({ target }) => target === '/');
  if (atRoot) return { kind: 'impossible', bind: atRoot, reason: 'nothing can be mounted at /' };
  const onHost = places.filter(({ target }) => target !== '/' && !bindAround(binds, target));
  const plan = buildSkeleton(onHost, listings);
  const volumes = binds.map(({ source, target, readOnly, type, inMemory = false }): PlannedMount => {
    const [point] = mountPointsIn(binds, [{ target, type }]);
    const mount = { source, target, fromHost: false, readOnly, inMemory };
    return { ...mount, ...(point ? { pointInSource: point.path } : {}) };
  });
  const mounts = [...plan.mounts, ...volumes];
  return { kind: 'plan', plan: { skeleton: plan.skeleton, mounts, mountPoints: mountPointsIn(binds, places) } };
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

function join(directory: string, name: string): string {
  return directory === '/' ? `/${name}` : `${directory}/${name}`;
}

function ancestors(path: string): string[] {
  return path === '/' ? ['/'] : [...ancestors(parentOf(path)), path];
}

function buildSkeleton(places: readonly Place[], listings: Listings): Pick<MountPlan, 'skeleton' | 'mounts'> {
  const wanted = new Map(places.map(({ target, type }) => [target, type]));
  const remade = new Set(['/']);
  for (const { target, type } of places) {
    const entry = entryAt(target, listings);
    const fits = entry !== undefined && (entry.type === 'directory') === (type === 'directory');
    if (!fits) for (const directory of ancestors(parentOf(target))) remade.add(directory);
  }
  const skeleton: TreeEntry[] = [{ kind: 'directory', path: '', mode: 0o755 }];
  const mounts: PlannedMount[] = [];
  const visit = (directory: string): void => {
    const entries = new Map((listings.get(directory) ?? []).map((entry) => [entry.name, entry]));
    for (const path of [...remade, ...wanted.keys()]) {
      const isChild = path !== '/' && parentOf(path) === directory;
      if (isChild && !fitsAt(path, remade.has(path) ? 'directory' : wanted.get(path), entries)) {
        entries.delete(nameOf(path));
        addMountPoint(skeleton, path, remade.has(path) ? 'directory' : (wanted.get(path) ?? 'directory'));
        if (remade.has(path)) visit(path);
      }
    }
    for (const entry of entries.values())
      addHostEntry(join(directory, entry.name), entry, { remade, skeleton, mounts, visit });
  };
  visit('/');
  return { skeleton, mounts };
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function fitsAt(
  path: string,
  type: 'directory' | 'file' | undefined,
  entries: ReadonlyMap<string, DirectoryEntry>,
): boolean {
  const entry = entries.get(nameOf(path));
  return entry !== undefined && (entry.type === 'directory') === (type === 'directory');
}

function entryAt(path: string, listings: Listings): DirectoryEntry | undefined {
  return listings.get(parentOf(path))?.find(({ name }) => name === nameOf(path));
}

function addMountPoint(skeleton: TreeEntry[], path: string, type: 'directory' | 'file'): void {
  const relative = path.slice(1);
  skeleton.push(
    type === 'directory'
      ? { kind: 'directory', path: relative, mode: 0o755 }
      : { kind: 'file', path: relative, mode: 0o644, content: '' },
  );
}

interface Growth {
  readonly remade: ReadonlySet<string>;
  readonly skeleton: TreeEntry[];
  readonly mounts: PlannedMount[];
  visit(directory: string): void;
}

function addHostEntry(path: string, entry: DirectoryEntry, growth: Growth): void {
  if (entry.type === 'link') {
    growth.skeleton.push({ kind: 'link', path: path.slice(1), target: entry.target });
    return;
  }
  addMountPoint(growth.skeleton, path, entry.type === 'directory' ? 'directory' : 'file');
  if (growth.remade.has(path)) growth.visit(path);
  else growth.mounts.push({ source: path, target: path, fromHost: true, readOnly: false });
}
