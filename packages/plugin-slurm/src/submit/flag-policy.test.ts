import { describe, expect, it } from 'vitest';
import { checkFlags, type FlagPolicy } from './flag-policy.ts';
import { sbatchOptions } from './sbatch-options.ts';

const field = 'pod.metadata.annotations[slurm-job.vk.io/flags]';
const check = (name: string, policy: FlagPolicy = {}) => checkFlags([{ name, value: 'x' }], policy, field);
const forbidden = expect.objectContaining({ code: 'ILK_FORBIDDEN', field }) as Error;

describe('checkFlags', () => {
  it.each(['partition', 'account', 'qos', 'time', 'mem', 'gres', 'constraint', 'job-name', 'reservation'])(
    'lets --%s through',
    (name) => {
      expect(() => check(name)).not.toThrow();
    },
  );

  it.each([
    'output',
    'error',
    'input',
    'chdir',
    'comment',
    'export',
    'export-file',
    'uid',
    'gid',
    'wrap',
    'array',
    'requeue',
    'get-user-env',
    'propagate',
    'clusters',
    'container',
    'signal',
    'wait',
    'test-only',
    'umask',
  ])('never lets --%s through, whatever the site says', (name) => {
    expect(() => check(name, { allow: [name] })).toThrow(forbidden);
    expect(() => check(name, { allow: [name] })).toThrow(`--${name} is set by interLink and cannot be chosen`);
  });

  it.each(['mail-user', 'hold', 'priority', 'reboot'])('lets --%s through where the site allows it', (name) => {
    expect(() => check(name)).toThrow(`${field}: --${name} is not allowed on this site`);
    expect(() => check(name, { allow: [name] })).not.toThrow();
  });

  it('refuses what the site denies, also where it allows it too', () => {
    expect(() => check('partition', { deny: ['partition'], allow: ['partition'] })).toThrow(forbidden);
  });

  it('has a verdict for every option', () => {
    for (const option of Object.values(sbatchOptions)) expect(['allowed', 'denied', 'reserved']).toContain(option.pods);
  });
});
