import type { MountPlan } from './plan-mounts.ts';

/** The plan as arguments of bwrap(1), which makes mount points by itself. There are no secrets in it. */
export function formatBubblewrap(plan: MountPlan): string[] {
  const skeleton = plan.skeleton.flatMap((entry) => {
    if (entry.path === '' || entry.kind === 'file') return [];
    return entry.kind === 'link' ? ['--symlink', entry.target, `/${entry.path}`] : ['--dir', `/${entry.path}`];
  });
  const mounts = plan.mounts.flatMap(({ source, target, fromHost, readOnly }) => {
    if (fromHost) return ['--dev-bind-try', source, target];
    return [readOnly ? '--ro-bind' : '--bind', source, target];
  });
  return [...skeleton, ...mounts];
}
