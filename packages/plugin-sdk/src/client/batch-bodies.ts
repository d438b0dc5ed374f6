import type { Pod } from '@interlink/spec';

/** A quarter of what our own servers take, and quick to encode and read. */
const maximumBatchBytes = 16 * 1024 * 1024;

/** The pods as JSON lists, none larger than 16 MiB unless one pod alone is. */
export function batchBodies(pods: readonly Pod[], limitBytes = maximumBatchBytes): { body: string; pods: Pod[] }[] {
  const batches: { texts: string[]; pods: Pod[]; bytes: number }[] = [];
  for (const pod of pods) {
    const text = JSON.stringify(pod);
    const bytes = Buffer.byteLength(text) + 1;
    const last = batches.at(-1);
    if (last === undefined || last.bytes + bytes > limitBytes) batches.push({ texts: [text], pods: [pod], bytes });
    else {
      last.texts.push(text);
      last.pods.push(pod);
      last.bytes += bytes;
    }
  }
  return batches.map((batch) => ({ body: `[${batch.texts.join(',')}]`, pods: batch.pods }));
}
