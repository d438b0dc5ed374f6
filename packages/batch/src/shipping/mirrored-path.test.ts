import { describe, expect, it } from 'vitest';
import { isMirroredPath } from './mirrored-path.ts';

const record = { containers: [{ name: 'main', kind: 'main', image: '' }] } as const;

describe('a file that a job may write through its mirror', () => {
  it.each([
    'job.id',
    'job.out',
    'stopping',
    'outcome.json',
    'state/main.json',
    'state/main.health.json',
    'logs/main/0.log',
    'logs/main/12.times',
  ])('%s is one', (path) => {
    expect(isMirroredPath(path, record)).toBe(true);
  });

  it.each([
    '',
    'record.json',
    'grace',
    'settings',
    '/etc/passwd',
    '../pod-2/outcome.json',
    'state/../record.json',
    'state/other.json',
    'logs/main/../../record.json',
    'logs/main/0.log/x',
    'logs/main/0.sh',
    'logs/main/',
    'container/main/session',
    'container/main/argv',
    'volumes/v/x',
  ])('%s is none', (path) => {
    expect(isMirroredPath(path, record)).toBe(false);
  });
});
