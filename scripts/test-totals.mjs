import { readFileSync } from 'node:fs';

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // vitest ended before it wrote one: the exit code tells.
  }
}

/** Files that failed as a whole, by an error outside of any test. */
function countFailedFiles(report) {
  const failedAsWhole = (file) =>
    file.status === 'failed' && !file.assertionResults.some((result) => result.status === 'failed');
  return report.testResults.filter(failedAsWhole).length;
}

/**
 * The totals of vitest's JSON report. A file that could not be loaded counts as one failure, and so does a run that failed
 * without any test's fault.
 * @param {string} file
 * @param {number} exitCode of vitest
 */
export function readTotals(file, exitCode) {
  const report = readReport(file);
  const passed = report?.numPassedTests ?? 0;
  const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
  const failed = report === undefined ? 0 : report.numFailedTests + countFailedFiles(report);
  return { passed, skipped, failed: failed === 0 && exitCode !== 0 ? 1 : failed };
}

/** The line that a program may read: `N passed, N failed`, then `, N skipped` if there are any. */
export function formatTotals({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
