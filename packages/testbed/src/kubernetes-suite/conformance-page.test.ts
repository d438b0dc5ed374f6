import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { knownFailures } from './known-failures.ts';

describe('the page of the last run', () => {
  const page = readFileSync(new URL('../../../../docs/reference/conformance.md', import.meta.url), 'utf8');
  const failed = page.split('\n').filter((line) => line.includes('| failed '));

  it('has a reason for every spec that fails', () => {
    expect(failed.filter((line) => line.includes('Not known.'))).toEqual([]);
  });

  it('says 80 passed at least, of all 106', () => {
    const rows = page.split('\n').filter((line) => /\| (passed|failed) /.test(line));
    expect(rows).toHaveLength(106);
    expect(rows.length - failed.length).toBeGreaterThanOrEqual(80);
  });

  it('needs every reason that is known', () => {
    const idle = knownFailures.filter(({ specs }) => !failed.some((line) => specs.test(line)));
    expect(idle).toEqual([]);
  });
});
