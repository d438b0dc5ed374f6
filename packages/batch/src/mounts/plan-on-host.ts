import { UnsupportedError } from '@interlink/spec';
import type { DirectoryEntry, Host } from '../contract/host.ts';
import { planMounts, type MountPlan, type MountWish } from './plan-mounts.ts';

/** Plans against the host as it is now, reading only the directories on the way to a mount point. */
export async function planOnHost(host: Host, wish: MountWish): Promise<MountPlan> {
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
