import { describe, expect, it } from 'vitest';
import { createChunkPool } from './chunk-pool.ts';

describe('createChunkPool', () => {
  it('gives a buffer again once any part of it was given back', () => {
    const pool = createChunkPool(8, 2);
    const first = pool.take();
    expect(pool.take().buffer).not.toBe(first.buffer);
    pool.giveBack(first.subarray(2, 3));
    expect(pool.take().buffer).toBe(first.buffer);
  });

  it('takes a buffer back only once, and none that is not its own', () => {
    const pool = createChunkPool(8, 9);
    const mine = pool.take();
    pool.giveBack(mine);
    pool.giveBack(mine);
    const stranger = Buffer.allocUnsafeSlow(8);
    pool.giveBack(stranger);
    const taken = [pool.take().buffer, pool.take().buffer, pool.take().buffer];
    expect(new Set(taken).size).toBe(3);
    expect(taken).not.toContain(stranger.buffer);
  });

  it('keeps no more than it was told to', () => {
    const pool = createChunkPool(8, 1);
    const [one, other] = [pool.take(), pool.take()];
    pool.giveBack(one);
    pool.giveBack(other);
    expect(pool.take().buffer).toBe(one.buffer);
    expect(pool.take().buffer).not.toBe(other.buffer);
  });
});
