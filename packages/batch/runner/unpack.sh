# shellcheck shell=bash disable=SC2154 # variables that the lines before set
# Head of the batch script of a job whose machine does not see the work directory, after the lines that set interlink_root, a directory
# that must not be there yet, and interlink_uid. Makes that directory from the end of this script; the site's own lines and the start of
# the runner follow. Exit code 4: it could not.

interlink_fail() { # SENTENCE
  printf 'interlink: %s\n' "$1" >&2
  exit 4
}

interlink_unpack() (
  set -o pipefail
  umask 077
  # What is there is somebody else's, or of a job that was killed.
  mkdir -- "$interlink_root" || exit
  sed '1,/^#interlink-payload$/d' -- "$0" | base64 -d |
    tar --extract --gzip --file=- --same-permissions --no-same-owner --directory="$interlink_root" &&
    mkdir -- "$interlink_root/changed" && exit
  rm -rf -- "$interlink_root"
  exit 1
)

interlink_unpack || interlink_fail "the files of the job cannot be unpacked at $interlink_root"
interlink_job=$interlink_root/$interlink_uid
exec >>"$interlink_job/job.out" 2>&1
