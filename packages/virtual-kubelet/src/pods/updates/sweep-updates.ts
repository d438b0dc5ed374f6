import type { Pod } from '@interlink/spec';
import { podKey, podUid } from '../control/pod-identity.ts';
import type { ChangeableParts } from './changeable-parts.ts';
import { immutableVersion } from './sent-state.ts';
import { trustBundleKey } from './trust-bundle-version.ts';
import { heldParts, isDue, type UpdateState } from './update-state.ts';

/** Pods whose last update is not known, as after a restart, are sent within this part of a token's life. */
const spread = { shareOfToken: 0.1, longestSeconds: 600 };
/** What an API server gives where a pod asks for no time. */
const defaultTokenSeconds = 3600;
/** Between so many pods other work gets its turn. */
const podsAtOnce = 250;

/** Puts in every pod that has something new, and gives the paths of all objects that may change. */
export async function sweepUpdates(state: UpdateState, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const { context, retries, unsupported, queue } = state;
  const paths = new Set<string>();
  for (const [index, pod] of context.store.list().entries()) {
    if (index % podsAtOnce === podsAtOnce - 1) await context.clock.sleep(0, { signal });
    const parts = heldParts(context, pod);
    if (parts === undefined || unsupported.has(podUid(pod))) continue;
    const sent = context.memory.sent.get(podUid(pod));
    for (const { source } of parts.trustBundles) paths.add(trustBundleKey(source));
    for (const path of parts.paths) if (sent?.versions.get(path) !== immutableVersion) paths.add(path);
    if (retries.has(podUid(pod))) continue;
    if (sent === undefined) schedule(state, pod, parts);
    else if (isDue(state, pod, parts)) queue.add(podKey(pod));
  }
  return paths;
}

/** Spread out, because after a restart all pods are such. */
function schedule({ context, queue, scheduled }: UpdateState, pod: Pod, { tokens }: ChangeableParts): void {
  if (scheduled.has(podUid(pod))) return;
  scheduled.add(podUid(pod));
  const lives = tokens.map(({ expirationSeconds = defaultTokenSeconds }) => expirationSeconds * spread.shareOfToken);
  const within = lives.length > 0 ? Math.min(...lives) : context.settings.volumeRefreshSeconds;
  queue.add(podKey(pod), { afterSeconds: Math.min(within, spread.longestSeconds) * Math.random() });
}
