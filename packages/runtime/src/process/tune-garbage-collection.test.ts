import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const tuning = fileURLToPath(new URL('tune-garbage-collection.ts', import.meta.url));

/** Half a gigabyte in buffers of 64 KiB beside a heap of some 20 MB: prints how often the whole heap was collected. */
const program = `
  import { constants, PerformanceObserver } from 'node:perf_hooks';
  const whole = new Set([constants.NODE_PERFORMANCE_GC_MAJOR, constants.NODE_PERFORMANCE_GC_INCREMENTAL]);
  let count = 0;
  const note = (list) => { for (const { detail } of list.getEntries()) if (whole.has(detail.kind)) count += 1; };
  new PerformanceObserver(note).observe({ entryTypes: ['gc'] });
  globalThis.kept = Array.from({ length: 200_000 }, (_, index) => ({ index, text: 'x' + index }));
  for (let index = 0; index < 8192; index += 1) {
    globalThis.passing = Buffer.allocUnsafeSlow(65_536);
    if (index % 8 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  console.log(count);
`;

async function collections(before: string): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', before + program]);
  return Number(stdout);
}

describe('garbage collection', () => {
  it('leaves the heap alone while bytes pass through', async () => {
    const tune = `import { tuneGarbageCollection } from ${JSON.stringify(tuning)}; tuneGarbageCollection();`;
    expect(await collections(tune)).toBeLessThan(8);
  });
});
