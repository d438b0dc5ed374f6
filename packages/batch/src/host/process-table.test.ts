import { describe, expect, it } from 'vitest';
import { parseProcessStat, readArguments, readProcess } from './process-table.ts';

describe('parseProcessStat', () => {
  it('reads a process whose name has spaces and parentheses', () => {
    const tail = 'S 1 77 88 0 -1 4194304 1 0 0 0 1 2 3 4 20 0 1 0 123456 1000 10';
    expect(parseProcessStat(`42 (a) b (c) ${tail}`)).toEqual({
      pid: 42,
      state: 'S',
      parent: 1,
      group: 77,
      session: 88,
      startTicks: 123456,
      cpuTicks: 10,
    });
  });

  it('reads this process', () => {
    expect(readProcess(process.pid)).toMatchObject({ pid: process.pid });
    expect(readArguments(process.pid)[0]).toContain('node');
  });

  it('knows nothing of a process that is not there', () => {
    expect(readProcess(2 ** 22)).toBeUndefined();
    expect(readArguments(2 ** 22)).toEqual([]);
    expect(parseProcessStat('')).toBeUndefined();
  });
});
