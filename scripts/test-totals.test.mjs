import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatTotals, readTotals } from './test-totals.mjs';

const passing = { status: 'passed', assertionResults: [{ status: 'passed' }] };
const failing = { status: 'failed', assertionResults: [{ status: 'passed' }, { status: 'failed' }] };
const unloadable = { status: 'failed', assertionResults: [] };

describe('the last line of a test run', () => {
  let directory;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'totals-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  function line(report, exitCode) {
    const file = join(directory, 'report.json');
    if (report !== undefined) writeFileSync(file, JSON.stringify({ numPendingTests: 0, numTodoTests: 0, ...report }));
    return formatTotals(readTotals(file, exitCode));
  }

  it('counts tests', () => {
    expect(line({ numPassedTests: 3, numFailedTests: 0, testResults: [passing] }, 0)).toBe('3 passed, 0 failed');
    expect(line({ numPassedTests: 1, numFailedTests: 1, testResults: [failing] }, 1)).toBe('1 passed, 1 failed');
  });

  it('names skipped tests only when there are any', () => {
    const report = {
      numPassedTests: 3,
      numFailedTests: 0,
      numPendingTests: 1,
      numTodoTests: 1,
      testResults: [passing],
    };
    expect(line(report, 0)).toBe('3 passed, 0 failed, 2 skipped');
  });

  it('counts a file that could not be loaded as a failure', () => {
    const report = { numPassedTests: 3, numFailedTests: 1, testResults: [passing, failing, unloadable] };
    expect(line(report, 1)).toBe('3 passed, 2 failed');
  });

  it('never says that nothing failed when the run did', () => {
    expect(line({ numPassedTests: 3, numFailedTests: 0, testResults: [passing] }, 1)).toBe('3 passed, 1 failed');
  });

  it('counts a run that left no report as a failure', () => {
    expect(line(undefined, 1)).toBe('0 passed, 1 failed');
  });
});
