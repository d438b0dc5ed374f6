#!/bin/bash
# Writes a job directory and the programs that it needs to standard output, as a tar file in gzip in base64: the last part of the batch
# script of a job whose machine does not see the work directory. What only the plugin needs is left out.
#
#   pack.sh ROOT UID           the job directory is ROOT/UID; the programs are those beside this one

LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
set -o pipefail
unset -v TAR_OPTIONS GZIP
cd -- "${BASH_SOURCE%/*}" || exit 1
programs=(*.sh)
tar --create --file=- --format=pax --exclude="$2/record.json" --exclude="$2/pod" --directory="$1" "$2" --directory="$PWD" "${programs[@]}" |
  gzip -c | base64
