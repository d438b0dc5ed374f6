import { describe, expect, it } from 'vitest';
import { BackendError, UnavailableError } from '@interlink/spec';
import { checkHop } from './check-hop.ts';
import { schedulerCheck } from './plugin-checks.ts';

describe('the check of the scheduler', () => {
  it('blames nobody when the plugin could not be reached', async () => {
    const refused = new UnavailableError('ping: refused', { details: { notSent: true } });

    expect(await checkHop(schedulerCheck(() => Promise.reject(refused)))).toMatchObject({ verdict: 'unasked' });
  });

  it('names the scheduler broken when the plugin answered that it is', async () => {
    const down = new BackendError('squeue: no controller');

    expect(await checkHop(schedulerCheck(() => Promise.reject(down)))).toMatchObject({ verdict: 'broken' });
  });
});
