import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { samplePod } from '../testing/sample-pod.ts';
import { batchBodies } from './batch-bodies.ts';

describe('batchBodies', () => {
  it('gives no batch for no pod', () => {
    expect(batchBodies([])).toEqual([]);
  });

  it('keeps every pod once, in order, in bodies that are no larger than asked unless a pod is', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2000)), fc.integer({ min: 1, max: 2000 }), (numbers, limit) => {
        const pods = numbers.map((number) => samplePod(number));
        const batches = batchBodies(pods, limit);
        expect(batches.flatMap((batch) => batch.pods)).toEqual(pods);
        for (const { body, pods: some } of batches) {
          expect(JSON.parse(body)).toEqual(some);
          expect(some.length === 1 || Buffer.byteLength(body) <= limit + 1).toBe(true);
        }
      }),
    );
  });
});
