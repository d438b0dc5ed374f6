import { describe, expect, it } from 'vitest';
import { readRecorded, recordedVersions } from '../testing/recorded.ts';
import { decodeExitCode, mapSlurmJob, parseSlurmState, slurmStates, type SlurmState } from './map-slurm-state.ts';
import { parseSqueue } from './parse-squeue.ts';

type Expected = readonly [phase: string, reason?: string, exitCode?: number];

/** A job in each state, whose reason is `R` and whose recorded exit code 3. */
const table: Record<SlurmState, Expected> = {
  PENDING: ['queued', 'R'],
  CONFIGURING: ['queued', 'NodesConfiguring'],
  REQUEUED: ['queued', 'JobRequeued'],
  REQUEUE_FED: ['queued', 'JobRequeued'],
  REQUEUE_HOLD: ['queued', 'JobHeld'],
  SPECIAL_EXIT: ['queued', 'JobHeld'],
  RESV_DEL_HOLD: ['queued', 'JobHeld'],
  POWER_UP_NODE: ['queued', 'NodesConfiguring'],
  EXPEDITING: ['queued', 'JobRequeued'],
  RUNNING: ['running'],
  SUSPENDED: ['running', 'JobSuspended'],
  STOPPED: ['running', 'JobStopped'],
  COMPLETING: ['running'],
  SIGNALING: ['running'],
  STAGE_OUT: ['running', 'StageOut'],
  RESIZING: ['running'],
  UPDATE_DB: ['running'],
  COMPLETED: ['ended', 'JobLost', 137],
  FAILED: ['ended', 'JobFailed', 3],
  CANCELLED: ['ended', 'JobCancelled', 143],
  TIMEOUT: ['ended', 'TimeLimit', 143],
  DEADLINE: ['ended', 'JobDeadline', 143],
  OUT_OF_MEMORY: ['ended', 'OOMKilled', 137],
  PREEMPTED: ['ended', 'Preempted', 143],
  NODE_FAIL: ['ended', 'NodeFailed', 137],
  BOOT_FAIL: ['ended', 'NodeBootFailed', 137],
  LAUNCH_FAILED: ['ended', 'LaunchFailed', 137],
  RECONFIG_FAIL: ['ended', 'NodeBootFailed', 137],
  REVOKED: ['ended', 'JobRevoked', 137],
};

describe('a job', () => {
  it.each(Object.entries(table))('that is %s is %j', (state, [phase, reason, exitCode]) => {
    const job = mapSlurmJob({ id: '7', state: state as SlurmState, reason: 'R', exitCode: '3:0' });
    expect(job).toMatchObject({ phase, word: state });
    expect([job.reason, job.exitCode]).toEqual([reason, exitCode]);
    if (reason !== undefined) expect(job.message).toMatch(/^job 7 [a-z]/);
  });

  it.each(Object.keys(slurmStates))('that is %s is not ended with 0', (state) => {
    const job = mapSlurmJob({ id: '7', state: state as SlurmState, reason: 'None', exitCode: '0:0' });
    expect(job.exitCode).not.toBe(0);
  });

  it('says when it is expected to start while it waits, and not afterwards', () => {
    const job = { id: '7', reason: 'Resources', exitCode: '0', startTime: 1_795_656_534 };
    expect(mapSlurmJob({ ...job, state: 'PENDING' }).expectedStart).toBe('2026-11-26T01:28:54.000Z');
    expect(mapSlurmJob({ ...job, state: 'RUNNING' }).expectedStart).toBeUndefined();
  });

  it.each([
    ['Resources', 'Resources'],
    ['None', 'JobPending'],
    ['', 'JobPending'],
    ['ReqNodeNotAvail, UnavailableNodes:node7', 'ReqNodeNotAvail'],
    ['Nodes required for job are DOWN, DRAINED or reserved', 'JobPending'],
    ['job requeued in held state', 'JobHeld'],
    ['launch failed requeued held', 'JobHeld'],
  ])('that waits for %j has the reason %s, a word', (reason, word) => {
    const job = mapSlurmJob({ id: '7', state: 'PENDING', reason, exitCode: '0' });
    expect(job.reason).toBe(word);
    expect(job.message).toBe(`job 7 waits in the queue${reason === '' || reason === 'None' ? '' : ` (${reason})`}`);
  });
});

describe('the states that were recorded', () => {
  const expected: Readonly<Record<string, Expected>> = {
    running: ['running'],
    configuring: ['queued', 'NodesConfiguring'],
    suspended: ['running', 'JobSuspended'],
    stopped: ['running', 'JobStopped'],
    completing: ['running'],
    completed: ['ended', 'JobLost', 137],
    'failed-with-3': ['ended', 'JobFailed', 3],
    'failed-with-255': ['ended', 'JobFailed', 255],
    'killed-by-9': ['ended', 'JobFailed', 137],
    refused: ['ended', 'JobFailed', 129],
    'cancelled-pending': ['ended', 'JobCancelled', 143],
    'cancelled-running': ['ended', 'JobCancelled', 143],
    'prolog-failed': ['ended', 'JobCancelled', 143],
    'timed-out': ['ended', 'TimeLimit', 143],
    preempted: ['ended', 'Preempted', 143],
    'lost-its-node': ['ended', 'NodeFailed', 137],
    'past-its-deadline': ['ended', 'JobDeadline', 143],
    'out-of-memory': ['ended', 'OOMKilled', 137],
    'held-by-user': ['queued', 'JobHeldUser'],
    'held-by-admin': ['queued', 'JobHeldAdmin'],
    'begins-later': ['queued', 'BeginTime'],
    depends: ['queued', 'Dependency'],
    'depends-on-failed': ['queued', 'DependencyNeverSatisfied'],
    'wants-downed-node': ['queued', 'ReqNodeNotAvail'],
    'waits-for-resources': ['queued', 'Resources'],
    'waits-for-others': ['queued', 'Priority'],
    'longer-than-partition': ['queued', 'PartitionTimeLimit'],
    'wider-than-partition': ['queued', 'PartitionNodeLimit'],
    'partition-is-down': ['queued', 'PartitionDown'],
    'waits-for-reservation': ['queued', 'Reservation'],
    'requeued-and-held': ['queued', 'JobHeld'],
    'special-exit': ['queued', 'JobHeld'],
  };

  it.each(recordedVersions)('mean the same in Slurm %s', (version) => {
    const text = readRecorded(version, 'squeue.txt') + readRecorded(version, 'squeue-out-of-memory.txt');
    const byUid = new Map(parseSqueue(text).jobs.map((job) => [job.uid, mapSlurmJob(job)]));
    for (const [uid, wanted] of Object.entries(expected)) {
      const job = byUid.get(uid);
      expect([uid, job?.phase, job?.reason, job?.exitCode]).toEqual(
        [uid, ...wanted, ...[undefined, undefined]].slice(0, 4),
      );
    }
  });

  it.each(recordedVersions)('do not blame a cancelled job of Slurm %s for what it waited for', (version) => {
    const { jobs } = parseSqueue(readRecorded(version, 'squeue.txt'));
    const job = jobs.find(({ uid }) => uid === 'cancelled-pending');
    expect(job?.reason).toBe('JobHeldUser');
    expect(mapSlurmJob(job!).message).toBe(`job ${job?.id} was cancelled`);
  });
});

it.each([
  ['256', 1],
  ['768', 3],
  ['65280', 255],
  ['9', 137],
  ['15', 143],
  ['253', 253],
  ['0', 0],
  ['1:0', 1],
  ['3:0', 3],
  ['0:15', 143],
  ['0:125', 253],
  ['', 0],
  ['garbage', 0],
  ['12abc', 0],
  ['-1', 0],
])('decodeExitCode reads %j as %i', (text, code) => {
  expect(decodeExitCode(text)).toBe(code);
});

it.each([
  ['RUNNING', 'RUNNING'],
  ['CANCELLED by 1000', 'CANCELLED'],
  ['CANCELLED+', 'CANCELLED'],
  [' PENDING ', 'PENDING'],
  ['NOVEL', undefined],
  ['constructor', undefined],
  ['', undefined],
])('parseSlurmState reads %j as %s', (text, state) => {
  expect(parseSlurmState(text)).toBe(state);
});
