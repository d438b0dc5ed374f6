import { describe, expect, it } from 'vitest';
import { formatReport } from './format-report.ts';
import { buildReport } from './report.ts';

const report = buildReport({
  target: 'http://127.0.0.1:4000',
  isForeign: true,
  features: [],
  results: [
    { group: 'ping', name: 'answers a ping', outcome: 'passed', durationMilliseconds: 3 },
    {
      group: 'logs',
      name: 'gives the last lines with Tail',
      outcome: 'failed',
      message: `the log: expected ${'x'.repeat(100)}`,
      durationMilliseconds: 5,
    },
    {
      group: 'list',
      name: 'names a pod',
      outcome: 'not-applicable',
      message: 'the plugin does not announce "list"',
      durationMilliseconds: 0,
    },
  ],
});

describe('formatReport', () => {
  it('groups the results, explains them and counts them', () => {
    expect(formatReport(report)).toBe(
      [
        'ping',
        '  ok   answers a ping',
        '',
        'logs',
        '  FAIL gives the last lines with Tail',
        '         the log: expected',
        `         ${'x'.repeat(71)}`,
        `         ${'x'.repeat(29)}`,
        '',
        'list',
        '  n/a  names a pod',
        '         the plugin does not announce "list"',
        '',
        'http://127.0.0.1:4000: It announces no extension: the contract of the Go and',
        'Python plugins was checked.',
        '1 passed, 1 failed, 1 not applicable',
        '',
      ].join('\n'),
    );
  });
});
