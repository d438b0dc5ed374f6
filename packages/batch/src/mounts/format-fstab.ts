import type { MountPlan, PlannedMount } from './plan-mounts.ts';

/** How the mounts of a plan are written. */
export interface FstabOptions {
  /** Absolute path of the directory that becomes the root. */
  readonly root: string;
  /** Flags that a read-only mount must keep, e.g. `nosuid`: in a user namespace those of the source cannot be dropped. */
  readonly flagsOf: (mount: PlannedMount) => readonly string[];
}

/** The plan as a file for `mount -a -T`: one process makes all the mounts. */
export function formatFstab(plan: MountPlan, options: FstabOptions): string {
  // pivot_root wants a mount point.
  const self = `${escape(options.root)} ${escape(options.root)} none bind 0 0\n`;
  return [self, ...plan.mounts.map((mount) => formatLine(mount, options))].join('');
}

function formatLine(mount: PlannedMount, { root, flagsOf }: FstabOptions): string {
  // What is mounted below a read-only path would stay writable, so it is left out.
  const kind = mount.fromHost ? ['rbind', 'nofail'] : [mount.readOnly ? 'bind' : 'rbind'];
  const words = mount.readOnly ? [...kind, 'ro', ...flagsOf(mount)] : kind;
  return `${escape(mount.source)} ${escape(root + mount.target)} none ${words.join(',')} 0 0\n`;
}

/** Bytes that mean something in the file, in octal as libmount reads them. */
function escape(path: string): string {
  return path.replace(/[\s\\#"]/g, (character) =>
    [...Buffer.from(character, 'utf8')].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join(''),
  );
}
