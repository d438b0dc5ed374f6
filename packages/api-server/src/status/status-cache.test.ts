import { describe, expect, it } from 'vitest';
import { createManualClock } from '@interlink/runtime';
import { ended, gone, running } from '../testing/fake-plugin.ts';
import { createStatusCache } from './status-cache.ts';

describe('createStatusCache', () => {
  it('drops the entry that was used longest ago when it is full', () => {
    const cache = createStatusCache({ maximumEntries: 2 });
    cache.store(running('a'));
    cache.store(running('b'));
    cache.get('a');
    cache.store(running('c'));
    expect(cache.all().map((status) => status.UID)).toEqual(['a', 'c']);
  });

  it('drops an entry without news after its lifetime', async () => {
    const clock = createManualClock();
    const cache = createStatusCache({ lifetimeSeconds: 10, clock });
    cache.store(ended('a'));
    cache.store(ended('b'));
    await clock.advance(9_000);
    cache.store(ended('b'));
    await clock.advance(2_000);
    expect(cache.get('a')).toBeUndefined();
    expect(cache.all()).toEqual([ended('b')]);
  });

  it('does not make an entry younger by reading it', async () => {
    const clock = createManualClock();
    const cache = createStatusCache({ lifetimeSeconds: 10, clock });
    cache.store(ended('a'));
    await clock.advance(9_000);
    cache.get('a');
    await clock.advance(2_000);
    expect(cache.get('a')).toBeUndefined();
  });

  it('removes what is gone', () => {
    const cache = createStatusCache();
    cache.store(ended('a'));
    cache.store(gone('a'));
    expect(cache.get('a')).toBeUndefined();
  });

  it('stores nothing of a deleted pod until it is forgotten', () => {
    const cache = createStatusCache();
    cache.store(ended('a'));
    cache.markDeleted('a');
    cache.store(ended('a'));
    expect(cache.get('a')).toBeUndefined();
    expect(cache.all()).toEqual([]);
    cache.forget('a');
    cache.store(ended('a'));
    expect(cache.get('a')).toEqual(ended('a'));
  });
});
