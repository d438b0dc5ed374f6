import { describe, expect, it } from 'vitest';
import type { BatchJob } from '../contract/scheduler.ts';
import { formatShippedScript } from './format-shipped-script.ts';

const job = (root: string): BatchJob => ({
  uid: 'pod-1',
  name: 'p',
  namespace: 'n',
  directory: '/work/pod-1',
  argv: ['bash', `${root}/runner.sh`, `${root}/pod-1`],
  shipment: { root, head: 'unpack', payload: 'AAAA\n' },
  resources: { requests: { extended: {} }, limits: { extended: {} }, reservation: { extended: {} } },
  options: [],
  gracePeriodSeconds: 30,
});

describe('the script of a job that was shipped', () => {
  it('unpacks itself, does what the site wants and becomes the runner', () => {
    const text = formatShippedScript(job('/tmp/interlink-pod-1'), { shell: '/opt/bash', prefix: 'module load x' });
    expect(text.split('\n')).toEqual([
      '#!/opt/bash',
      'interlink_root=/tmp/interlink-pod-1',
      'interlink_uid=pod-1',
      'unpack',
      'module load x',
      'if [[ -e $interlink_job/preamble ]]; then . "$interlink_job/preamble"; fi',
      'exec bash /tmp/interlink-pod-1/runner.sh /tmp/interlink-pod-1/pod-1',
      '#interlink-payload',
      'AAAA',
      '',
    ]);
  });

  it.each(['/tmp/$(id)', '/tmp/a b', '/tmp/a;b', "/tmp/'"])(
    'is never made with a path that a shell could misread: %s',
    (root) => {
      expect(() => formatShippedScript(job(root))).toThrow('misread');
    },
  );
});
