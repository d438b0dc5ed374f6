import { describe, expect, it } from 'vitest';
import { formatTable } from './format-table.ts';

describe('formatTable', () => {
  it('aligns columns two spaces apart, without spaces at the end of a line', () => {
    const rows = [
      ['name', 'state', 'note'],
      ['a', 'running', ''],
      ['longer-name', 'ok', 'a note that is long'],
    ];
    expect(formatTable(rows)).toEqual([
      'name         state    note',
      'a            running',
      'longer-name  ok       a note that is long',
    ]);
  });

  it('does not pad for the last cell of a shorter row', () => {
    expect(formatTable([['a', 'b'], ['the whole line']])).toEqual(['a               b', 'the whole line']);
  });

  it('gives nothing for no rows', () => {
    expect(formatTable([])).toEqual([]);
  });
});
