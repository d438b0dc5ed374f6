import { expect, it } from 'vitest';
import { readRecorded, recordedVersions } from '../testing/recorded.ts';
import { mapSlurmJob } from './map-slurm-state.ts';
import { parseSacct } from './parse-sacct.ts';

it.each(recordedVersions)('accounting of Slurm %s says how jobs ended', (version) => {
  const jobs = parseSacct(readRecorded(version, 'sacct.txt')).map(mapSlurmJob);
  expect(jobs.map(({ phase, reason, exitCode }) => [phase, reason, exitCode])).toEqual([
    ['ended', 'JobLost', 137],
    ['ended', 'JobFailed', 3],
    ['ended', 'JobFailed', 137],
    ['ended', 'JobCancelled', 143],
    ['ended', 'JobCancelled', 143],
    ['ended', 'TimeLimit', 143],
    ['ended', 'NodeFailed', 137],
    ['running', undefined, undefined],
  ]);
});

it('leaves out lines that it cannot read', () => {
  expect(parseSacct('\n5|NOVEL|0:0|None\n|FAILED|1:0|None\nsacct: warning\n6|FAILED\n')).toEqual([
    { id: '6', state: 'FAILED', exitCode: '', reason: '' },
  ]);
});
