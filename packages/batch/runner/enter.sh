#!/bin/bash
# In a mount namespace of its own: makes the mounts of a container, unless whoever made the namespace has made them, then becomes the container.
#
#   enter.sh DIRECTORY NAME
#
# Where it cannot, container/NAME/start-error has a word for it. Bash 4.2 or later.

LC_ALL=C
PATH=${PATH:+$PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export -n PATH LC_ALL
umask 077
unset -v BASH_ENV ENV CDPATH

il_files=$1/container/$2
# shellcheck source-path=SCRIPTDIR source=become.sh
. "${BASH_SOURCE%/*}/become.sh"

if [[ -e $il_files/fstab ]]; then
  if [[ -e $il_files/points ]]; then
    # shellcheck source-path=SCRIPTDIR source=volumes.sh
    . "${BASH_SOURCE%/*}/volumes.sh"
    fit_mount_points
  fi
  mount -a -T "$il_files/fstab" || fail_start 125 MountFailed
  cd -- "$il_files/root" || fail_start 125 MountFailed
  pivot_root . . || fail_start 125 MountFailed
  cd /
fi
start_ticks "$$"
printf '%s %s\n' "$$" "$TICKS" >"$il_files/first"
il_session=()
become
