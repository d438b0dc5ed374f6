/**
 * Becomes process 1 of a machine, in mount and process namespaces of its own. Arguments: the machine's own directory, where it
 * writes its process number (as the host counts) to \`pid\`; the root tree or ''; the name of its cgroups and their controllers, with
 * blanks between; and the directories that the machine shares with the host.
 *
 * With a root tree, the machine's root is an overlay: the tree below, which is never written, and a tmpfs above, which is gone with
 * the machine. `pivot_root` and not `chroot`, because the kernel refuses user namespaces to processes that were chrooted, and
 * Apptainer needs them.
 */
export const machineScript = `
set -eu
own=$1 tree=$2 cgroup=$3 controllers=$4
shift 4
read -r pid _ < /proc/self/stat # The host's /proc still.

root=
if [ -n "$tree" ]; then
  scratch=$own/scratch
  mkdir "$scratch"
  mount -t tmpfs -o mode=0755 scratch "$scratch"
  root=$scratch/root
  mkdir "$scratch/upper" "$scratch/work" "$root"
  mount -t overlay -o "lowerdir=$tree,upperdir=$scratch/upper,workdir=$scratch/work" root "$root"
  mount --rbind /sys "$root/sys"
  mount --rbind /dev "$root/dev"
  # Users' containers mount SIF files by FUSE, and many machines keep the device to root.
  if mknod -m 666 "$scratch/fuse" c 10 229 && [ -e "$root/dev/fuse" ]; then
    mount --bind "$scratch/fuse" "$root/dev/fuse"
  else
    rm -f "$root"/usr/bin/squashfuse* # Apptainer fails where it is there but may not be used, and unpacks where it is not.
  fi
  cp /etc/hosts /etc/resolv.conf "$root/etc/"
  for directory in "$own" "$@"; do
    mkdir -p "$root$directory"
    above=$directory
    while above=$(dirname "$above") && [ "$above" != / ]; do chmod a+x "$root$above"; done # E.g. /root, for other users.
    mount --bind "$directory" "$root$directory" # Without what is mounted below: that may be this very tree.
  done
fi
mount -t proc proc "$root/proc"
for controller in $controllers; do
  mount --bind "/sys/fs/cgroup/$controller/$cgroup" "$root/sys/fs/cgroup/$controller"
done

if [ -n "$tree" ]; then
  mkdir "$root/mnt/host"
  cd "$root"
  pivot_root . mnt/host
  umount -l /mnt/host
  rmdir /mnt/host
fi
echo "$pid" > "$own/pid.new"
mv "$own/pid.new" "$own/pid"

trap : TERM
while :; do # A shell also buries the processes whose parents ended.
  sleep 1000 &
  wait $! || :
done`;
