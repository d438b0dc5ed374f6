import { createHash } from 'node:crypto';

/** From the stable release. */
const packages = [
  ...['slurmctld', 'slurmd', 'slurm-client', 'munge'],
  // Apptainer is in Debian's unstable release alone. For users other than root it mounts images with squashfuse.
  ...['apptainer', 'squashfuse', 'fuse3'],
  ...['skopeo', 'docker-registry', 'libcrypt1', 'perl-base'],
  ...['busybox-static', 'ca-certificates', 'curl', 'iproute2', 'jq', 'procps', 'python3-minimal', 'util-linux'],
];

/** Programs that tell whether a tree is whole. */
export const debian13Programs = [
  ...['usr/sbin/slurmctld', 'usr/sbin/slurmd', 'usr/sbin/munged', 'usr/bin/sbatch'],
  ...['usr/bin/apptainer', 'usr/bin/skopeo', 'usr/bin/docker-registry', 'usr/bin/busybox'],
];

/** A user other than root in the tree. */
export const debian13User = { name: 'researcher', uid: 1234 } as const;

/** Capabilities of a root user in a container, those that Docker gives by default. */
const rootCapabilities = [
  ...['CAP_AUDIT_WRITE', 'CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FOWNER', 'CAP_FSETID', 'CAP_KILL', 'CAP_MKNOD'],
  ...[
    'CAP_NET_BIND_SERVICE',
    'CAP_NET_RAW',
    'CAP_SETFCAP',
    'CAP_SETGID',
    'CAP_SETPCAP',
    'CAP_SETUID',
    'CAP_SYS_CHROOT',
  ],
];

/** Runs in the new tree as root of a chroot. Arguments: the mirror, then the packages. */
const script = `
set -eu
mirror=$1
shift
mount -t proc proc /proc
printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d # No daemon starts by being installed.
chmod 755 /usr/sbin/policy-rc.d
printf 'path-exclude=/usr/share/%s/*\\n' doc man locale > /etc/dpkg/dpkg.cfg.d/no-docs
printf 'deb [check-valid-until=no] %s sid main\\n' "$mirror" > /etc/apt/sources.list.d/sid.list
printf 'Package: *\\nPin: release n=sid\\nPin-Priority: 100\\n' > /etc/apt/preferences.d/sid
apt-get -q update
apt-get -q -y -o APT::Keep-Downloaded-Packages=false install --no-install-recommends "$@"
apt-get clean
rm -rf /var/lib/apt/lists/*

useradd --create-home --shell /bin/bash --uid ${debian13User.uid} ${debian13User.name}
# Apptainer wants every capability for root by default, and fails where the machine itself lacks one.
sed -i 's/^root default capabilities.*/root default capabilities = file/' /etc/apptainer/apptainer.conf
echo '${JSON.stringify({ users: { root: rootCapabilities } })}' > /etc/apptainer/capability.json
chmod 644 /etc/apptainer/capability.json
rm -f /etc/apt/apt.conf.d/testbed`;

/** What goes into the tree, and its short name: it changes with everything that goes in. */
export const debian13Recipe = {
  packages,
  script,
  name: createHash('sha256')
    .update(JSON.stringify([packages, script]))
    .digest('hex')
    .slice(0, 12),
} as const;
