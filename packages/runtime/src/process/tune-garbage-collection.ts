import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** V8 reads these at each collection, so that they can be set while a process runs. */
const flags = [
  /**
   * Bytes that pass through come in buffers of 64 KiB outside the heap. V8 frees young ones by a quick collection only after `4 * this` MB of them
   * (Node 24: 32), but takes all of them for growth of the heap, and so collected the whole heap for every 10 MB that passed.
   */
  '--scavenger-max-new-space-capacity-mb=1',
  /** The heap may grow by so much until the next full collection, instead of up to fourfold: what ten thousand pods left behind was more than what they are. */
  '--heap-growing-percent=30',
] as const;

/** Both halves of the young generation. Node 24 lets it grow to 128 MB; with 2 MB it costs a fifth more of the processor. */
const youngGenerationBytes = 32 * 1024 * 1024;

function mayGrow(): boolean {
  const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
  return (young?.space_size ?? 0) < youngGenerationBytes;
}

/** Its bound can be set at the start of a process only (`--max-semi-space-size`), the factor by which it grows at any time. */
function boundYoungGeneration(): void {
  let isGrowing = true;
  const look = (): void => {
    if (mayGrow() === isGrowing) return;
    isGrowing = !isGrowing;
    setFlagsFromString(`--semi-space-growth-factor=${isGrowing ? 2 : 1}`);
  };
  look();
  new PerformanceObserver(look).observe({ entryTypes: ['gc'] });
}

/** Chooses less memory, and streams without pauses, where V8 by default spends memory. What it is worth is in docs/guides/operations.md. */
export function tuneGarbageCollection(): void {
  for (const flag of flags) setFlagsFromString(flag);
  boundYoungGeneration();
}
