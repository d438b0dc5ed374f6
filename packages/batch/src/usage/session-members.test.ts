import { expect, it } from 'vitest';
import type { ProcessFacts } from '../host/process-table.ts';
import { sessionMembers } from './session-members.ts';

const facts = (pid: number, own: Partial<ProcessFacts> = {}): ProcessFacts => ({
  pid,
  state: 'S',
  parent: 1,
  group: pid,
  session: pid,
  startTicks: 100 + pid,
  cpuTicks: 0,
  ...own,
});
const membersOf = (leader: { pid: number; startTicks: number }, ...processes: ProcessFacts[]) =>
  sessionMembers([leader], new Map(processes.map((one) => [one.pid, one]))).map(({ pid }) => pid);

it('finds the session of a container, and what has left it by a session of its own', () => {
  const leader = facts(10);
  const child = facts(11, { parent: 10, session: 10 });
  const daemon = facts(12, { parent: 11 });
  const ofDaemon = facts(13, { parent: 12, session: 12 });
  expect(membersOf(leader, facts(1), ofDaemon, daemon, child, leader, facts(14))).toEqual([13, 12, 11, 10]);
});

it('finds what is left of a session whose leader has ended', () => {
  expect(membersOf({ pid: 10, startTicks: 110 }, facts(11, { session: 10 }))).toEqual([11]);
});

it('does not take another process for the leader, nor its session', () => {
  const another = facts(10, { startTicks: 999 });
  expect(membersOf({ pid: 10, startTicks: 110 }, another, facts(11, { parent: 10, session: 10 }))).toEqual([]);
});

it('ends with a table that was read while it changed', () => {
  expect(membersOf({ pid: 1, startTicks: 1 }, facts(10, { parent: 11 }), facts(11, { parent: 10 }))).toEqual([]);
});
