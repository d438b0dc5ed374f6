# shellcheck shell=bash disable=SC2154 # variables that are set where this is sourced
# For runner.sh, which sources this file: a job whose directory travelled inside its batch script, because the machine of the job does not
# see the work directory. DIRECTORY/.. was made for this job alone and goes at its end.

sweep_shipped() { # what killed runners of this user left in the directory around this job's
  local left lock mine theirs
  read -r mine </proc/sys/kernel/hostname
  for left in "${1%/*}"/interlink-*; do
    [[ -O $left && -d $left && ! -L $left && ! $left -ef $1 ]] || continue
    exec {lock}<"$left" || continue
    if flock --nonblock "$lock"; then
      # Who has not come as far as to its machine's name makes the directory again. A lock may say nothing about other machines.
      if ! theirs=$(readlink -- "$left/.machine"); then
        rmdir -- "$left"
      elif [[ $theirs == "$mine" ]]; then
        chmod -R u+rwX -- "$left"
        rm -rf --one-file-system -- "$left"
      fi
    fi
    exec {lock}<&-
  done
} 2>/dev/null

hold_shipped() {
  sweep_shipped "${job%/*}"
  # The site's lines may have closed what unpack.sh opened.
  [[ -n $shipped_lock ]] || exec {shipped_lock}<"${job%/*}"
  flock --timeout 60 "$shipped_lock"
}

leave_shipped() { # once the plugin has everything, or its time is over
  local until
  uptime
  until=$((UPTIME + delivery_seconds * 1000))
  while [[ ! -e $job/delivered ]] && ((UPTIME < until)); do
    pause 0.1
    uptime
  done
  chmod -R u+rwX -- "${job%/*}" 2>/dev/null
  rm -rf -- "${job%/*}"
}
