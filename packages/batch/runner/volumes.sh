# shellcheck shell=bash disable=SC2154 # variables that are set where this is sourced
# Volumes of a job, for runner.sh, which sources this file. What is made and looked at here can only be made and looked at on
# the machine of the job, just before a container starts.
#
# From runner.sh and become.sh: read_list, fail_start, uptime, pause, events, il_files (a container's part of the job directory),
# il_list, job.

memory_volumes=() memory='' size_watcher=''
declare -gA size_limit_of

read_volume_setting() { # KEY VALUE MORE
  case $1 in
  memory-volume) memory_volumes+=("$2") ;;
  size-limit) size_limit_of[$2]=$3 ;;
  esac
}

# --- directories in memory ---------------------------------------------------------------------------------------

sweep_memory() { # what killed runners of this user left behind
  local left lock
  for left in /dev/shm/interlink-*; do
    # One whose runner is there by the looks of it costs no process.
    [[ -O $left && -d $left && ! -L $left && ! -e /proc/${left##*.} ]] || continue
    exec {lock}<"$left" || continue
    # A container that outlived its runner still has it.
    flock --nonblock "$lock" && rm -rf -- "$left"
    exec {lock}<&-
  done
} 2>/dev/null

make_memory() { # sets memory: a directory of this job alone, locked for as long as anything of the job runs
  memory=/dev/shm/interlink-${job##*/}.$$
  { mkdir -m 700 -- "$memory" && exec {memory_lock}<"$memory" && flock --timeout 60 "$memory_lock" && [[ -d $memory ]]; } 2>/dev/null && return
  memory=
  return 1
}

move_into_memory() { # VOLUME: with the mount points in it
  local disk=$job/volumes/$1
  cp -a -- "$disk" "$memory/$1" && rm -rf -- "$disk" && ln -s -- "$memory/$1" "$disk"
}

use_memory() {
  local name
  ((${#memory_volumes[@]} > 0)) || return
  sweep_memory
  if ! make_memory; then
    printf 'there is no memory for volumes at /dev/shm, they are on disk\n' >&2
    return
  fi
  for name in "${memory_volumes[@]}"; do move_into_memory "$name"; done
}

# --- sizes -------------------------------------------------------------------------------------------------------

watch_sizes() { # in a subshell: says which volume has outgrown its limit; seldom where looking takes long
  local name used begun parent milliseconds
  forget_locks
  while milliseconds=$((size_check_seconds * 1000)); do
    uptime
    begun=$UPTIME
    for name in "${!size_limit_of[@]}"; do
      used=$(du -s -B1 -- "$job/volumes/$name/" 2>/dev/null)
      used=${used%%[!0-9]*}
      if ((${used:-0} > size_limit_of[$name])); then printf 'evict %s %s\n' "$name" "${size_limit_of[$name]}" >&"$events"; fi
    done
    uptime
    ((milliseconds > (UPTIME - begun) * 20)) || milliseconds=$(((UPTIME - begun) * 20))
    pause "$((milliseconds / 1000)).$((milliseconds / 100 % 10))"
    # Nobody is told when a runner is killed.
    read -r _ _ _ parent _ <"/proc/$BASHPID/stat"
    ((parent == $$)) || return
  done
}

# --- begin and end of a job --------------------------------------------------------------------------------------

prepare_volumes() {
  use_memory
  ((${#size_limit_of[@]} > 0)) || return
  watch_sizes &
  size_watcher=$!
}

release_volumes() {
  [[ -z $size_watcher ]] || kill "$size_watcher" 2>/dev/null
  [[ -n $memory ]] || return
  # A container may have made a directory that its own user cannot write.
  rm -rf -- "$memory" 2>/dev/null || { chmod -R u+rwX -- "$memory" && rm -rf -- "$memory"; } 2>/dev/null
}

# --- what a container's mounts take ------------------------------------------------------------------------------

real_path() { # PATH: sets il_real, the path without links as far as it exists
  il_real=$(readlink -m -- "$1" 2>/dev/null && printf .)
  il_real=${il_real%$'\n'.}
}

check_inside() { # DIRECTORY WORD: il_real must be in it
  [[ -n $il_real && $il_real/ == "${1%/}"/* ]] || fail_start 125 "$2"
}

make_directory() { # MASK PATH: of what it cannot make the next look tells
  (umask "$1" && mkdir -p -- "$2") 2>/dev/null
}

check_subpaths() { # what a mount takes of an emptyDir is made where it is missing; another container may have put a link there
  local il_part il_name il_volume
  read_list "$il_files/subpaths" || return 0
  for il_part in "${il_list[@]}"; do
    il_name=${il_part%%/*}
    real_path "$job/volumes/$il_name"
    il_volume=$il_real
    real_path "$il_volume/${il_part#*/}"
    check_inside "$il_volume" "SubPathNotUsable $il_name"
    [[ -e $il_real ]] || make_directory 0 "$il_real"
    [[ -d $il_real || -f $il_real ]] || fail_start 125 "SubPathNotUsable $il_name"
  done
}

check_host_path() { # VOLUME TYPE PATH DIRECTORY SUBPATH ACCESS: a path of this machine that a volume stands for
  local il_base il_within
  real_path "$4"
  il_within=$il_real
  real_path "$3"
  il_base=$il_real
  check_inside "$il_within" "HostPathNotAllowed $1"
  if [[ ! -e $il_base && $6 == write ]]; then
    case $2 in
    DirectoryOrCreate) make_directory 022 "$il_base" ;;
    ClaimOrCreate) make_directory 077 "$il_base" ;;
    FileOrCreate) (umask 022 && printf '' >"$il_base") 2>/dev/null ;;
    esac
  fi
  [[ -e $il_base ]] || fail_start 125 "HostPathMissing $1"
  case $2 in
  Directory* | Claim*) [[ -d $il_base ]] ;;
  File*) [[ -f $il_base ]] ;;
  Socket) [[ -S $il_base ]] ;;
  CharDevice) [[ -c $il_base ]] ;;
  BlockDevice) [[ -b $il_base ]] ;;
  esac || fail_start 125 "HostPathOfOtherType $1"
  if [[ -n $5 ]]; then
    real_path "$il_base/$5"
    check_inside "$il_base" "SubPathNotUsable $1"
    [[ -e $il_real || $6 != write ]] || make_directory 022 "$il_real"
    [[ -e $il_real ]] || fail_start 125 "HostPathMissing $1"
  fi
  # A socket or a device works in both directions however it is mounted.
  [[ $6 == write || -d $il_real || -f $il_real ]] || fail_start 125 "HostPathNotReadOnly $1"
}

check_host_paths() {
  local il_index
  read_list "$il_files/hostpaths" || return 0
  for ((il_index = 0; il_index < ${#il_list[@]}; il_index += 6)); do check_host_path "${il_list[@]:il_index:6}"; done
}

check_volumes() { # of the container at il_files
  check_subpaths
  check_host_paths
}

fit_mount_points() { # what is mounted may have turned out to be a file where a directory was thought of, and the other way round
  local il_index il_source il_point
  read_list "$il_files/points" || return 0
  for ((il_index = 0; il_index < ${#il_list[@]}; il_index += 2)); do
    il_source=${il_list[il_index]}
    il_point=${il_list[il_index + 1]}
    [[ -e $il_source && ! -L $il_point ]] || continue
    if [[ -d $il_point && ! -d $il_source ]]; then
      rmdir -- "$il_point" 2>/dev/null && printf '' >"$il_point"
    elif [[ -f $il_point && -d $il_source ]]; then
      [[ -s $il_point ]] || { rm -f -- "$il_point" && mkdir -- "$il_point"; }
    fi
  done
}
