# shellcheck shell=bash disable=SC2154 # variables that the lines before set
# Head of the batch script of a job whose machine does not see the work directory, after the lines that set interlink_root and interlink_uid.
# Makes that directory, for this job alone, from the end of this script; the site's own lines and the start of the runner follow. What a job
# of the pod left there when it was cut off is replaced: a place is in use for as long as somebody holds its lock, which the runner inherits,
# on the machine that the link interlink_root/.machine names. Exit code 4: it could not.

interlink_fail() { # SENTENCE
  printf 'interlink: %s\n' "$1" >&2
  exit 4
}

interlink_check_owner() { # of the directory itself: in a directory that everybody may write another user could have put something there
  local mode owner
  # In one look. What is ours nobody else can replace there.
  read -r mode owner < <(stat -c '%f %u' -- "$interlink_root" 2>/dev/null) || return 1
  ((0x$mode >> 12 == 4 && owner == EUID)) || interlink_fail "$interlink_root is there already, and is no directory of this user"
}

interlink_lock_place() { # MADE: whether it was made just now; fails when it was removed in between
  local code
  exec {interlink_lock}<"$interlink_root" || return
  # Who cleans up holds it for a moment.
  flock --timeout 5 "$interlink_lock"
  code=$?
  if ((code == 0)); then
    [[ $interlink_root -ef /dev/fd/$interlink_lock ]] && return
    exec {interlink_lock}<&-
    return 1
  fi
  ((code != 1)) || interlink_fail "a job of this pod is at work in $interlink_root"
  # A file system without locks.
  [[ -n $1 ]] || interlink_fail "$interlink_root is there already, and whether a job is at work in it cannot be known"
}

interlink_name_machine() { # fails when the place was removed in between
  local mine theirs
  read -r mine </proc/sys/kernel/hostname
  # A link is there with its text or not at all.
  ln -sT -- "$mine" "$interlink_root/.machine" 2>/dev/null && return
  theirs=$(readlink -- "$interlink_root/.machine") || return
  # A lock may say nothing about other machines that see the directory.
  [[ $theirs == "$mine" ]] || interlink_fail "$interlink_root is there already, and belongs to a job of this pod on $theirs"
}

interlink_end_left() { # containers that outlived their runner, where the scheduler does not see to it
  local note pid ticks file stat field
  for note in "$interlink_root/$interlink_uid"/container/*/session; do
    read -r pid ticks <"$note" || continue
    read -r stat <"/proc/$pid/stat" || continue
    read -r -a field <<<"${stat##*) }"
    [[ ${field[19]} == "$ticks" ]] || continue
    for file in /proc/[0-9]*/stat; do
      read -r stat <"$file" || continue
      read -r -a field <<<"${stat##*) }"
      file=${file#/proc/}
      [[ ${field[3]} != "$pid" ]] || kill -KILL "${file%/stat}"
    done
  done
} 2>/dev/null

interlink_empty() {
  interlink_end_left
  # A container may have made a directory that its own user cannot write.
  chmod -R u+rwX -- "$interlink_root" 2>/dev/null
  find "$interlink_root" -mindepth 1 -maxdepth 1 ! -name .machine -exec rm -rf --one-file-system -- {} +
}

interlink_take() { # the place is ours afterwards, and empty
  local tries made error
  for ((tries = 0; tries < 10; tries++)); do
    made=''
    error=$(mkdir -m 700 -- "$interlink_root" 2>&1) && made=1
    if interlink_check_owner && interlink_lock_place "$made" && interlink_name_machine; then
      [[ -n $made ]] || interlink_empty
      return
    fi
  done
  interlink_fail "${error#mkdir: }"
}

interlink_unpack() (
  set -o pipefail
  umask 077
  sed '1,/^#interlink-payload$/d' -- "$0" | base64 -d |
    tar --extract --gzip --file=- --same-permissions --no-same-owner --directory="$interlink_root" &&
    mkdir -- "$interlink_root/changed" && exit
  rm -rf -- "$interlink_root"
  exit 1
)

if ! interlink_take || ! interlink_unpack; then interlink_fail "the files of the job cannot be unpacked at $interlink_root"; fi
interlink_job=$interlink_root/$interlink_uid
exec >>"$interlink_job/job.out" 2>&1
