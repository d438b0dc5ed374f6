import { describe, expect, it } from 'vitest';
import { formatFstab } from './format-fstab.ts';
import { mountFlags } from './mount-flags.ts';

const noFlags = { root: '/new', flagsOf: () => [] };

describe('formatFstab', () => {
  it('mounts the new root on itself, then what is on the host, then the volumes', () => {
    const text = formatFstab(
      {
        skeleton: [],
        mountPoints: [],
        mounts: [
          { source: '/etc', target: '/etc', fromHost: true, readOnly: false },
          { source: '/v', target: '/data', fromHost: false, readOnly: true },
        ],
      },
      { root: '/new', flagsOf: ({ source }) => (source === '/v' ? ['nosuid', 'nodev'] : []) },
    );
    expect(text).toBe(
      '/new /new none bind 0 0\n/etc /new/etc none rbind,nofail 0 0\n/v /new/data none bind,ro,nosuid,nodev 0 0\n',
    );
  });

  it('writes bytes that mean something to mount in octal', () => {
    const mounts = [{ source: '/a b\t#\\"\n', target: '/x', fromHost: false, readOnly: false }];
    const text = formatFstab({ skeleton: [], mountPoints: [], mounts }, noFlags);
    expect(text.split('\n')[1]).toBe('/a\\040b\\011\\043\\134\\042\\012 /new/x none rbind 0 0');
  });
});

describe('mountFlags', () => {
  const info = [
    '20 1 8:1 / / rw,relatime - ext4 /dev/sda rw',
    '21 20 8:2 / /home rw,nosuid,nodev,noatime - ext4 /dev/sdb rw',
    '22 20 8:3 / /mnt/a\\040b rw,noexec - ext4 /dev/sdc rw',
    '23 20 8:2 / /home rw,nosuid - ext4 /dev/sdd rw',
  ].join('\n');

  it.each([
    ['/etc/x', ['relatime']],
    ['/home', ['nosuid']],
    ['/home/user/x', ['nosuid']],
    ['/homely', ['relatime']],
    ['/mnt/a b/c', ['noexec']],
  ])('of %s are %j', (path, flags) => {
    expect(mountFlags(info, path)).toEqual(flags);
  });
});
