import { describe, expect, it } from 'vitest';
import { readRecorded, recordedVersions } from '../testing/recorded.ts';
import { parseSqueue } from './parse-squeue.ts';

const ours = '12|PENDING|0:0|(Resources)|1795656534|interlink:0b7c1c2e-7a0b-4c58-9d0b-6d3c7b0c9a11|';

describe('parseSqueue', () => {
  it('reads a job of ours', () => {
    const uid = '0b7c1c2e-7a0b-4c58-9d0b-6d3c7b0c9a11';
    const job = { id: '12', state: 'PENDING', exitCode: '0:0', reason: 'Resources', startTime: 1_795_656_534, uid };
    expect(parseSqueue(`${ours}\n`)).toEqual({ jobs: [job], complete: true });
  });

  it.each([
    ['nothing', '', true],
    ['an empty line', '\n\n', true],
    ['text that is no job', 'squeue says something\n', false],
    ['a line that was cut off', '12|RUNNING|0:0|No', false],
    ['a line that was cut off in its comment', '12|RUNNING|0:0|None|1|interlink:0b7c1', false],
    ['two lines of which the first was cut off', `12|RUNNING|0:0|No\n${ours}\n`, false],
    ['a state that is not known', '12|NOVEL|0:0|None|1|interlink:u|\n', false],
  ])('of %s has no job', (_what, text, complete) => {
    expect(parseSqueue(text)).toEqual({ jobs: [], complete });
  });

  it.each(['12_3', '12+1', '12_[3-5%2]'])('takes %s for an id', (id) => {
    expect(parseSqueue(ours.replace('12', id))).toMatchObject({ jobs: [{ id }], complete: true });
  });

  it('holds one bad line against the answer, not against the other jobs', () => {
    expect(parseSqueue(`${ours}\n13|NOVEL|0|None|1|interlink:b|\n`)).toMatchObject({
      jobs: [{ id: '12' }],
      complete: false,
    });
  });

  it.each([
    ['interlink:pod.1_a-b', 'pod.1_a-b'],
    ['added by the site; interlink:pod', 'pod'],
    ['interlink:pod and more|with bars', 'pod'],
    ['', undefined],
    ['(null)', undefined],
    ['mine|interlink:pod', undefined],
    ['not-interlink:pod', undefined],
    ['interlink:../x', undefined],
  ])('finds in the comment %j the UID %s', (comment, uid) => {
    const { jobs, complete } = parseSqueue(`12|RUNNING|0|None|N/A|${comment}|\n`);
    expect(complete).toBe(true);
    expect(jobs[0]?.uid).toBe(uid);
    expect(jobs[0]?.startTime).toBeUndefined();
  });

  it.each(recordedVersions)('understands Slurm %s, whatever stands in the comments of others', (version) => {
    const { jobs, complete } = parseSqueue(readRecorded(version, 'squeue.txt'));
    expect(complete).toBe(true);
    expect(jobs.filter(({ uid }) => uid === 'running')).toHaveLength(1);
    expect(
      jobs
        .filter(({ uid }) => uid === undefined)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(['33', '34']);
  });
});
