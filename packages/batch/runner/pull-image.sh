#!/bin/bash
# Brings the image of one container to a place where its runtime can start it, and makes a link to it. Static: it is never
# made from pod data; what it is to do is in files.
#
#   pull-image.sh DIRECTORY     the container's part of a job directory; what to do is in DIRECTORY/pull, the link is DIRECTORY/image
#
# Its standard output is for the runner, one line each: "pulling PROCESS", "waiting REASON MESSAGE" while it is at work, then
# "ready" or "failed REASON MESSAGE". All jobs share a cache directory, also from many machines: whoever makes the directory
# KEY.lock pulls, the others wait. The holder counts in KEY.lock/beat; when that stands still, or its process is known to be
# gone, another takes over. The lock only saves work: images get their names by a rename, so two pulls of one image do no harm.

LC_ALL=C
PATH=${PATH:+$PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
umask 077

files=$1/pull
link=$1/image

source='' policy=IfNotPresent key='' pinned='' reference='' extension=img form=file
tries=5 backoff_first=10 backoff_most=80 beat_seconds=10 stale_seconds=60 deadline_seconds=3600

base='' lock='' target='' part='' held='' beats=0 waited_for=''
host=${HOSTNAME//[!A-Za-z0-9._-]/_}

# --- words, time ----------------------------------------------------------------------------------------------------

say_waiting() { printf 'waiting %s %s\n' "$1" "$2"; } # REASON MESSAGE

fail() { # REASON MESSAGE
  release
  rm -rf -- "$files/credentials"
  printf 'failed %s %s\n' "$1" "$2"
  exit 1
}

uptime() { # sets UPTIME: milliseconds of a clock that nobody can set
  local up rest
  read -r up rest </proc/uptime
  UPTIME=$((10#${up/./} * 10))
}

pause() { # SECONDS: without a process
  local REPLY
  IFS= read -r -t "$1" -u "$quiet"
}

read_list() { # FILE: sets LIST
  local item
  LIST=()
  [[ -e $1 ]] || return 1
  while IFS= read -r -d '' item; do LIST+=("$item"); done <"$1"
}

read_settings() {
  local name value more
  while read -r name value more; do
    case $name in
    source) source=$value ;;
    policy) policy=$value ;;
    key) key=$value ;;
    pinned) pinned=$value ;;
    reference) reference=$value ;;
    extension) extension=$value ;;
    form) form=$value ;;
    tries) tries=$value ;;
    backoff-seconds) backoff_first=$value backoff_most=$more ;;
    beat-seconds) beat_seconds=$value stale_seconds=$more ;;
    deadline-seconds) deadline_seconds=$value ;;
    esac
  done <"$files/settings"
  IFS= read -r image <"$files/image"
  read_list "$files/place"
  place=${LIST[0]}
}

# --- the lock -------------------------------------------------------------------------------------------------------

start_ticks() { # PID: sets TICKS, the kernel's start time of a process
  local stat
  TICKS=0
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return
  read -r -a stat <<<"${stat##*) }"
  TICKS=${stat[19]}
}

introduce() { # sets ME: a process like no other, also on another machine
  local boot
  read -r boot </proc/sys/kernel/random/boot_id
  start_ticks "$$"
  # A container has the machine's boot id and may have its name, but process numbers of its own.
  ME="$host $boot $(readlink /proc/self/ns/pid) $$ $TICKS"
}

take_lock() {
  local error
  if ! error=$(mkdir -- "$lock" 2>&1); then
    [[ -d $lock ]] || refusals=$((refusals + 1))
    # Another may have let go of it just now, again and again; but not so often.
    ((refusals < 20)) || fail ErrImagePull "the image cache cannot be written: ${error##*: }"
    return 1
  fi
  held=1
  printf '%s\n' "$ME" >"$lock/owner"
}

beat() { # to a lock that was taken away nothing is written
  beats=$((beats + 1))
  { printf '%s\n' "$beats" >"$lock/beat"; } 2>/dev/null
}

release() {
  local owner=''
  [[ -z $part ]] || rm -rf -- "$part"
  [[ -n $held ]] || return
  held=''
  { read -r owner <"$lock/owner"; } 2>/dev/null
  [[ $owner != "$ME" ]] || rm -rf -- "$lock"
}

is_dead() { # OWNER: known to be, because it was a process of this machine
  local theirs mine
  read -r -a theirs <<<"$1"
  read -r -a mine <<<"$ME"
  [[ "${theirs[*]:0:3}" == "${mine[*]:0:3}" && -n ${theirs[3]-} ]] || return 1
  start_ticks "${theirs[3]}"
  [[ $TICKS != "${theirs[4]-}" ]]
}

await_lock() { # until the lock is ours, or PRESENT, a command, says that there is nothing left to do
  local present=$1 owner beat seen='' since=0 told=''
  refusals=0
  introduce
  until "$present" || take_lock; do
    owner='' beat=''
    # Opening them asks a network file system for what is new. No file: it was just made, or is being removed.
    { read -r owner <"$lock/owner"; } 2>/dev/null
    { read -r beat <"$lock/beat"; } 2>/dev/null
    uptime
    [[ $seen == "$owner/$beat" ]] || seen=$owner/$beat since=$UPTIME
    if { [[ -n $owner ]] && is_dead "$owner"; } || ((UPTIME - since >= stale_seconds * 1000)); then
      # Only one of those who wait gets it.
      mv -- "$lock" "$lock.$host.$$" 2>/dev/null && rm -rf -- "$lock.$host.$$"
      continue
    fi
    if [[ -n $owner && $told != "${owner%% *}" ]]; then
      told=${owner%% *}
      say_waiting ContainerCreating "waiting for image \"$image\", which is being pulled by a job on $told"
    fi
    [[ -z $owner || $waited_for == *"<$owner>"* ]] || waited_for+="<$owner>"
    pause 0.2
  done
}

# --- commands -------------------------------------------------------------------------------------------------------

run() { # CREDENTIALS ARGV...: with the environment for pulls; sets CODE, its words are in pull/output
  local credentials=$1 ended
  shift
  exec {ended}< <(
    become "$credentials" "$@" >"$files/output" 2>&1 </dev/null
    printf '%s\n' "$?"
  )
  CODE=137
  # Statuses above 128 mean that nothing came in time, others that nothing will come any more.
  until IFS= read -r -t "$beat_seconds" -u "$ended" CODE || (($? <= 128)); do beat; done
  exec {ended}<&-
  ((CODE != 124)) || printf 'not finished within %s s\n' "$deadline_seconds" >>"$files/output"
}

become() { # CREDENTIALS ARGV...: values are never on a command line
  local entry
  read_list "$files/environment" && for entry in "${LIST[@]}"; do export -- "${entry?}"; done
  [[ -n $1 ]] && read_list "$1" && for entry in "${LIST[@]}"; do export -- "${entry?}"; done
  export PATH
  shift
  # In the process group of this program, which gets the signals.
  timeout --foreground --kill-after=10 "$deadline_seconds" "$@"
}

with_paths() { # FILE SOURCE TARGET: sets ARGV: the words of a list, {source} and {target} replaced
  local index
  read_list "$1" || return 1
  ARGV=("${LIST[@]}")
  for index in "${!ARGV[@]}"; do
    case ${ARGV[index]} in
    '{source}') ARGV[index]=$2 ;;
    '{target}') ARGV[index]=$3 ;;
    esac
  done
}

find_cause() { # sets CAUSE: one line of a command's words that says what was wrong, with nothing secret in it
  local text line last='' bad='' secret file
  # Whole lines: half a secret would not be recognised.
  text=$({ echo && cat -- "$files/output"; } | tail -c 65536 | tail -n +2 | tr -d '\000')
  # Before anything in the text is replaced or cut off, for the same reason.
  for file in "$files"/credentials/*.secret; do
    read_list "$file" || continue
    for secret in "${LIST[@]}"; do [[ -z $secret ]] || text=${text//"$secret"/[redacted]}; done
  done
  while IFS= read -r line || [[ -n $line ]]; do
    line=${line//[![:print:]]/ }
    [[ $line == *[![:space:]]* ]] || continue
    last=$line
    case $line in FATAL* | *'[ERROR]'* | ERROR* | *rror:*) bad=$line ;; esac
  done <<<"$text"
  CAUSE=${bad:-$last}
  CAUSE=${CAUSE#FATAL:}
  CAUSE=${CAUSE#'[ERROR]'}
  # What apptainer was doing is of no use to the author of a pod.
  CAUSE=${CAUSE#*failed to get checksum for docker://*: }
  CAUSE=${CAUSE#*'While making image from oci registry: '}
  CAUSE=${CAUSE#"${CAUSE%%[![:space:]]*}"}
  CAUSE=${CAUSE:0:1000}
  if [[ -z $CAUSE ]]; then
    CAUSE="the command ended with code $CODE and said nothing"
    ((CODE != 137)) || CAUSE='the command was killed, perhaps for want of memory'
  fi
}

is_denied() {
  case ${CAUSE,,} in
  *unauthorized* | *denied* | *forbidden* | *'authentication required'* | *'invalid username'*) return 0 ;;
  *) return 1 ;;
  esac
}

is_final() { # what the registry said will not change by asking again
  is_denied && return 0
  case ${CAUSE,,} in
  *'manifest unknown'* | *'name unknown'* | *'not known to registry'* | *'404'*'not found'* | *'image not found'*) return 0 ;;
  *'no image found'* | *'no child with platform'* | *'invalid reference'* | *unsupported* | *x509* | *'http response to https'*) return 0 ;;
  *) return 1 ;;
  esac
}

# --- the image ------------------------------------------------------------------------------------------------------

find_target() { # sets target; an image without a digest has generations, of which one is the last
  local name=''
  if [[ -n $pinned ]]; then
    target=$base.$extension
  else
    { IFS= read -r name <"$base.latest"; } 2>/dev/null
    target=${name:+$place/$name}
  fi
}

is_present() {
  find_target
  [[ -n $target && -e $target && $target != "${outdated-}" ]]
}

real_path() { # PATH: sets REAL, the path without links as far as it exists
  REAL=$(readlink -m -- "$1" 2>/dev/null && printf .)
  REAL=${REAL%$'\n'.}
}

check_local() { # sets real, for an image that is a path of this machine: a link must not lead out of what the site allows
  local directory
  real=''
  read_list "$files/local" || [[ $source == path ]] || return 0
  real_path "${LIST[0]}"
  real=$REAL
  for directory in "${LIST[@]:1}"; do
    real_path "$directory"
    [[ -z $real || -z $REAL || $real/ != "${REAL%/}"/* ]] || return 0
  done
  fail ErrImagePull "the site does not allow ${LIST[0]} as an image: it leads out of the directories of images.paths on $host"
}

pull_once() { # sets CODE and CAUSE
  local credentials
  for credentials in "$files"/credentials/*.env; do
    [[ -e $credentials ]] || credentials=''
    rm -rf -- "$part"
    with_paths "$files/command" '' "$part"
    run "$credentials" "${ARGV[@]}"
    ((CODE != 0)) || [[ -e $part ]] || CODE=1
    ((CODE != 0)) || return
    find_cause
    is_denied || return
  done
}

install() { # never over one that is there: another machine may have it open
  local generation
  if [[ -n $pinned ]]; then
    mv -nT -- "$part" "$base.$extension"
    return
  fi
  uptime
  generation=${base##*/}.$host-$$-$UPTIME.$extension
  mv -T -- "$part" "$place/$generation" && printf '%s\n' "$generation" >"$part.latest" && mv -T -- "$part.latest" "$base.latest"
}

give_up() { # the others need not find out the same; what is a matter of credentials each finds out alone
  is_denied || printf '%s\n%s\n' "$ME" "$CAUSE" >"$base.failed"
  fail ErrImagePull "$CAUSE"
}

share_failure() { # of one that was waited for; between it and this one another may have had the lock, to find out the same
  local owner='' cause=''
  { { read -r owner && IFS= read -r cause; } <"$base.failed"; } 2>/dev/null
  [[ -z $owner || $waited_for != *"<$owner>"* ]] || fail ErrImagePull "$cause"
}

pull() {
  local try wait_seconds=$backoff_first left
  rm -rf -- "$base".part.*
  part=$base.part.$host.$$
  say_waiting ContainerCreating "pulling image \"$image\""
  for ((try = 1; ; try++)); do
    pull_once
    if ((CODE == 0)) && install; then break; fi
    ((CODE != 0)) || CAUSE='the image cache cannot be written'
    if is_final || ((try >= tries)); then give_up; fi
    say_waiting ImagePullBackOff "back-off ${wait_seconds}s pulling image \"$image\": $CAUSE"
    for ((left = wait_seconds * 5; left > 0; left--)); do
      ((left % (beat_seconds * 5) != 0)) || beat
      pause 0.2
    done
    wait_seconds=$((wait_seconds * 2 < backoff_most ? wait_seconds * 2 : backoff_most))
    say_waiting ContainerCreating "pulling image \"$image\" again"
  done
  part=''
  rm -f -- "$base.failed"
}

provide() { # the image is in the cache afterwards
  local outdated=''
  find_target
  # Nobody could say which image the name means now, so it is pulled anew; one that another pulls from here on is new enough.
  if [[ $policy == Always && -z $pinned ]]; then outdated=$target; fi
  if is_present; then return; fi
  [[ $policy != Never ]] || fail ErrImageNeverPull "container image \"$image\" is not present with pull policy of Never"
  mkdir -p -- "$place"
  await_lock is_present
  if ! is_present; then
    [[ -n $held ]] || fail ErrImagePull 'the image vanished from the cache'
    share_failure
    pull
    find_target
  fi
  release
}

# --- the form in which it starts fastest ------------------------------------------------------------------------------

mounts_files() { # whether this machine can mount an image file; else each start would unpack it
  local line boot known='' verdict='' note=$place/machine-$host
  [[ $form == auto ]] || { [[ $form == file ]] && return 0 || return 1; }
  read -r boot </proc/sys/kernel/random/boot_id
  { read -r known verdict <"$note"; } 2>/dev/null
  if [[ $known != "$boot" ]]; then
    with_paths "$files/probe" "$target" ''
    run '' "${ARGV[@]}"
    verdict=mounts
    while IFS= read -r line || [[ -n $line ]]; do
      case $line in *'temporary sandbox'* | *'image driver'* | *'mount failure'* | *'/dev/fuse'*) verdict=unpacks ;; esac
    done <"$files/output"
    printf '%s %s\n' "$boot" "$verdict" >"$note.$$" && mv -T -- "$note.$$" "$note"
  fi
  [[ $verdict == mounts ]]
}

is_unpacked() { [[ -e $target.root ]]; }

unpack() {
  is_unpacked && return
  lock=$target.root.lock
  await_lock is_unpacked
  if ! is_unpacked; then
    part=$target.root.part.$host.$$
    rm -rf -- "$target".root.part.*
    say_waiting ContainerCreating "unpacking image \"$image\""
    with_paths "$files/unpack" "$target" "$part"
    run '' "${ARGV[@]}"
    if ((CODE != 0)) || ! mv -nT -- "$part" "$target.root"; then
      find_cause
      fail ErrImagePull "cannot be unpacked: $CAUSE"
    fi
    part=''
  fi
  release
}

note_reference() { # what the name meant, for pods that take what is there
  local old='' new=''
  [[ -n $reference && $policy != Never ]] || return
  IFS= read -r new <"$files/facts.json" || return
  { IFS= read -r old <"$place/reference-$reference.json"; } 2>/dev/null
  [[ $old != "$new" ]] || return
  printf '%s\n' "$new" >"$place/.reference-$reference.$host.$$" &&
    mv -T -- "$place/.reference-$reference.$host.$$" "$place/reference-$reference.json"
}

stop() {
  trap '' TERM
  release
  exit 143
}

trap stop TERM INT
printf 'pulling %s\n' "$$"
exec {quiet}<> <(:)
read_settings
check_local
if [[ $source == path ]]; then
  [[ -n $real && -e $real ]] || fail ErrImagePull "there is no file or directory $place on $host"
  target=$real
else
  base=$place/$key-$HOSTTYPE
  lock=$base.lock
  provide
  if [[ $form == private ]]; then
    with_paths "$files/unpack" "$target" ''
    run '' "${ARGV[@]}"
    ((CODE == 0)) || { find_cause && fail ErrImagePull "cannot be unpacked: $CAUSE"; }
  elif ! mounts_files; then
    unpack
    target=$target.root
  fi
  note_reference
fi
ln -sfn -- "$target" "$link" || fail ErrImagePull 'the job directory cannot be written'
[[ ! -e $files/credentials ]] || rm -rf -- "$files/credentials"
printf 'ready\n'
