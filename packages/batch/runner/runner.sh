#!/bin/bash
# Runs one pod as one job: its init containers in order, its main containers at the same time, its sidecars around
# them. Static: it is never made from pod data. Its one argument is the job directory; everything else is read from
# files there, lists and values ended by NUL bytes, so that nothing of a pod is ever taken for shell syntax.
#
#   runner.sh DIRECTORY                 the job
#   runner.sh DIRECTORY enter NAME      inside: a container's own mount namespace is set up, then it becomes the container
#
# A container with a directory pull/ gets its image by pull-image.sh first, which is beside this program.
#
# What it writes: job.id (also the lock), state/NAME.json, logs/NAME/RESTART.{log,times}, container/NAME/session,
# outcome.json as its last word, and a touch of ../changed/UID after each of them. Bash 4.2 or later.

LC_ALL=C
# What the site has put before it, e.g. by "module load", comes first.
PATH=${PATH:+$PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
umask 077

job=$1
runner=$0
changed=${job%/*}/changed/${job##*/}
unset -v BASH_ENV ENV CDPATH
# shellcheck source-path=SCRIPTDIR source=become.sh
. "${BASH_SOURCE%/*}/become.sh"
# shellcheck source-path=SCRIPTDIR source=volumes.sh
. "${BASH_SOURCE%/*}/volumes.sh"

# --- time, states -----------------------------------------------------------------------------------------------

now() { # sets NOW: seconds since 1970 with microseconds
  if [[ -n ${EPOCHREALTIME-} ]]; then
    NOW=$EPOCHREALTIME
  else
    NOW=$(date +%s.%N)
    NOW=${NOW:0:${#NOW}-3}
  fi
}

uptime() { # sets UPTIME: milliseconds of a clock that nobody can set
  local up rest
  read -r up rest </proc/uptime
  UPTIME=$((10#${up/./} * 10))
}

open_pipe() { # sets PIPE: both ends of a pipe in one file
  local end
  # From bash 5.1 on a short here-string is a pipe, which saves a process.
  exec {end}<<<''
  if [[ -p /dev/fd/$end ]]; then
    exec {PIPE}<>"/dev/fd/$end"
    IFS= read -r -u "$PIPE"
  else
    exec {PIPE}<> <(:)
  fi
  exec {end}<&-
}

pause() { # SECONDS: without a process
  local REPLY
  IFS= read -r -t "$1" -u "$quiet"
}

announce() {
  { printf . >"$changed"; } 2>/dev/null
}

write_state() { # NAME JSON
  if printf '%s\n' "$2" >"$job/state/.$1.new"; then
    mv -f -- "$job/state/.$1.new" "$job/state/$1.json"
  fi
  announce
}

# --- becoming a container ----------------------------------------------------------------------------------------
# Names start with il_ where a container's environment is set: it may have any other name.

fail_start() { # EXIT_CODE "WORD [VOLUME]": goes into the state, the author of the pod gets a sentence for it
  printf '%s\n' "$2" >"$il_files/start-error"
  exit "$1"
}

become() { # [WRAPPER...]: this process becomes the container's
  read_list "$il_files/argv"
  il_argv=("${il_list[@]}")
  read_list "$il_files/workdir"
  cd -- "${il_list[0]}" 2>/dev/null || fail_start 125 WorkingDirectoryNotUsable
  umask 022
  il_source=$il_files/env
  read_list "$il_source"
  il_environment=("${il_list[@]}")
  il_session=("$@")
  execute
}

enter() { # NAME: in a mount namespace of its own, mounts made already unless there is a table of them
  il_files=$job/container/$1
  if [[ -e $il_files/fstab ]]; then
    fit_mount_points
    mount -a -T "$il_files/fstab" || fail_start 125 MountFailed
    cd -- "$il_files/root" || fail_start 125 MountFailed
    pivot_root . . || fail_start 125 MountFailed
    cd /
  fi
  start_ticks "$$"
  printf '%s %s\n' "$$" "$TICKS" >"$il_files/first"
  become
}

launch() { # NAME: in a subshell that becomes the container
  trap - TERM INT QUIT HUP
  # By exec, not at the call: bash would keep copies of what it replaces, and the container would inherit them.
  exec </dev/null >"/dev/fd/$pipe" 2>&1
  exec {pipe}>&- {log}>&- {events}>&- {quiet}>&-
  il_files=$job/container/$1
  [[ -e $il_files/start-error ]] && rm -f -- "$il_files/start-error"
  check_volumes
  local il_setsid=/usr/bin/setsid
  [[ -x $il_setsid ]] || il_setsid=$(type -P setsid) || fail_start 125 SetsidNotFound
  if read_list "$il_files/enter"; then
    exec "$il_setsid" "${il_list[@]}" "$BASH" "$runner" "$job" enter "$1"
  fi
  become "$il_setsid"
}

# --- one run of one container, in a subshell of its own -----------------------------------------------------------

find_session() { # PID FIRST: sets MEMBERS: the processes of its session from FIRST on, in whatever process groups (timeout(1) makes one of its own)
  local file stat number
  MEMBERS=()
  for file in /proc/[0-9]*/stat; do
    number=${file#/proc/}
    ((${number%/stat} >= $2)) || continue
    read -r stat <"$file" || continue
    stat=${stat##*) }
    [[ $stat != Z* && ${stat#* * * } == "$1 "* ]] || continue
    file=${file#/proc/}
    MEMBERS+=("${file%/stat}")
  done 2>/dev/null
}

end_session() { # PID: what a container leaves behind ends with it; while the pod is being stopped it has the grace too
  local deadline kills=0 first=0 last
  # After a short run its processes have higher numbers than itself, unless the kernel has begun again from below: opening
  # all of /proc for each of many short containers is what a busy machine feels.
  if ((${NOW%.*} - ${started%.*} < 10)) && read -r _ _ _ _ last </proc/loadavg && ((last >= $1)); then first=$1; fi
  find_session "$1" "$first"
  ((${#MEMBERS[@]} > 0)) || return
  [[ -e $job/stopping ]] && kill -TERM "${MEMBERS[@]}" 2>/dev/null
  # After the last signal only what nobody reaps can be left.
  while ((kills < 20 && ${#MEMBERS[@]} > 0)); do
    uptime
    if ! { read -r deadline <"$job/stopping"; } 2>/dev/null || ((UPTIME >= deadline)); then
      kill -KILL "${MEMBERS[@]}" 2>/dev/null
      kills=$((kills + 1))
      pause 0.005
    else
      pause 0.05
    fi
    find_session "$1" "$first"
  done
}

drain() { # PID of the log's writer: all that was written before the end belongs to the log
  local tries
  for ((tries = 0; tries < 200; tries++)); do
    kill -0 "$1" 2>/dev/null || return
    pause 0.005
  done
  # Someone outside of the session still holds the pipe.
  kill -KILL "$1" 2>/dev/null
}

quote() { # TEXT: sets QUOTED: for JSON; the text has no control characters
  QUOTED=${1//\\/\\\\}
  QUOTED=${QUOTED//\"/\\\"}
}

pull() { # NAME RESTART_COUNT LAST_STATE: the container's image is there afterwards; else this run is over before it began
  local word='' reason text state QUOTED
  while read -r word reason text; do
    quote "$text"
    state="\"restartCount\":$2,\"reason\":\"$reason\",\"message\":\"$QUOTED\""
    case $word in
    pulling) printf 'pulling %s %s\n' "$1" "$reason" >&"$events" ;;
    waiting) write_state "$1" "{\"state\":\"waiting\",$state$3}" ;;
    ready) return 0 ;;
    failed)
      now
      write_state "$1" "{\"state\":\"terminated\",\"finishedAt\":$NOW,\"exitCode\":125,$state$3}"
      break
      ;;
    esac
  done < <(trap - TERM INT HUP; PATH=$PATH exec {log}>&- {events}>&- {quiet}>&- setsid "$BASH" "${runner%/*}/pull-image.sh" "$job/container/$1" </dev/null)
  printf 'unready %s %s\n' "$1" "${word:-killed}" >&"$events"
  return 1
}

supervise() { # NAME RESTART_COUNT LAST_STATE
  local name=$1 count=$2 last=$3 PIPE log pipe writer pid code started position reason=Completed detail=
  trap '' TERM INT HUP
  exec {log}>>"$job/logs/$name/$count.log"
  if [[ -e $job/container/$name/pull && ! -e $job/container/$name/image ]]; then
    pull "$name" "$count" "$last" || return
  fi
  # A pipe, as every container runtime gives: with the file itself `echo > /dev/stderr` would cut the log to nothing.
  open_pipe
  pipe=$PIPE
  cat <"/dev/fd/$pipe" >&"$log" {pipe}>&- {log}>&- {events}>&- {quiet}>&- &
  writer=$!
  launch "$name" &
  pid=$!
  exec {pipe}>&-
  now
  started=$NOW
  start_ticks "$pid"
  printf '%s %s\n' "$pid" "$TICKS" >"$job/container/$name/session"
  printf 'started %s %s %s\n' "$name" "$pid" "$writer" >&"$events"
  write_state "$name" "{\"state\":\"running\",\"restartCount\":$count,\"startedAt\":$started$last}"
  wait "$pid"
  code=$?
  now
  end_session "$pid"
  drain "$writer"
  { read -r _ position <"/proc/self/fdinfo/$log"; } 2>/dev/null || position=0
  ((code == 0)) || reason=Error
  if [[ -s $job/container/$name/start-error ]]; then
    read -r detail <"$job/container/$name/start-error"
    reason=StartError
  fi
  last_run="\"startedAt\":$started,\"finishedAt\":$NOW,\"exitCode\":$code,\"reason\":\"$reason\",\"detail\":\"$detail\""
  write_state "$name" "{\"state\":\"terminated\",\"restartCount\":$count,$last_run$last}"
  printf 'ended %s %s %s %s %s %s\n' "$name" "$code" "$position" "$NOW" "$started" "$last_run" >&"$events"
}

# --- the job ------------------------------------------------------------------------------------------------------

declare -A kind pid_of puller_of writer_of position_of count_of last_of result_of restart_at backoff_of
names=() started_sidecars=()
restart_policy=Never grace=30 deadline=0 backoff_first=10 backoff_most=300 id_variable=''
stop_reason='' stop_detail='' stop_deadline=0 killed='' ending_sidecars='' tick=0.2 notes=0 partial=''

read_settings() {
  local key value more
  while read -r key value more; do
    case $key in
    restart-policy) restart_policy=$value ;;
    grace-seconds) grace=$value ;;
    deadline-seconds) deadline=$value ;;
    backoff-seconds) backoff_first=$value backoff_most=$more ;;
    job-id-variable) id_variable=$value ;;
    container) names+=("$more") && kind[$more]=$value ;;
    memory-volume | size-limit | size-check-seconds) read_volume_setting "$key" "$value" "$more" ;;
    esac
  done <"$job/settings"
}

claim() { # the first act: nobody else can run this pod from here on, and everybody can see which job does
  local id boot
  if [[ -n $id_variable ]]; then
    id=${!id_variable}
  else
    start_ticks "$$"
    read -r boot </proc/sys/kernel/random/boot_id
    id=$$-$TICKS-${boot%%-*}
  fi
  set -o noclobber
  if ! { printf '%s\n' "$id" >"$job/job.id"; } 2>/dev/null; then
    printf 'this pod has a job already, or its directory is gone\n' >&2
    exit 3
  fi
  set +o noclobber
}

start() { # NAME
  unset -v "restart_at[$1]"
  supervise "$1" "${count_of[$1]:-0}" "${last_of[$1]-}" &
  pid_of[$1]=0
}

signal_container() { # SIGNAL NAME: SIGTERM to the first process, as in a container; SIGKILL to all
  local pid=${pid_of[$2]:-0} receiver=process child=''
  if [[ -n ${puller_of[$2]-} ]]; then kill "-$1" -- "-${puller_of[$2]}" 2>/dev/null; fi
  ((pid > 0)) || return
  if [[ -e $job/container/$2/signals ]]; then read -r receiver <"$job/container/$2/signals"; fi
  if [[ $1 == KILL || $receiver == group ]]; then
    kill "-$1" -- "-$pid" 2>/dev/null && return
  elif [[ $receiver == child ]]; then
    # There is no newline in it, so the status of read says nothing.
    { read -r child _ <"/proc/$pid/task/$pid/children"; } 2>/dev/null
    pid=${child:-$pid}
  fi
  kill "-$1" "$pid" 2>/dev/null
}

signal_all() { # SIGNAL: every container but the sidecars
  local name
  for name in "${!pid_of[@]}"; do
    [[ ${kind[$name]} == sidecar ]] || signal_container "$1" "$name"
  done
}

stop() { # REASON [DETAIL]: once; what is not running any more will not be started
  local name seconds=$grace signal=TERM
  [[ -z $stop_reason && -z $ending_sidecars ]] || return
  stop_reason=$1 stop_detail=${2-}
  if [[ -s $job/grace ]]; then read -r seconds <"$job/grace"; fi
  # As a kubelet, which gives no time to a pod that fills the machine.
  if [[ $1 == Evicted ]]; then seconds=0 signal=KILL; fi
  uptime
  stop_deadline=$((UPTIME + seconds * 1000))
  now
  printf '%s\n%s %s\n' "$stop_deadline" "$1" "$NOW" >"$job/stopping"
  for name in "${!restart_at[@]}"; do
    unset -v "restart_at[$name]"
    [[ ${kind[$name]} == sidecar ]] || result_of[$name]=137
  done
  signal_all "$signal"
}

note_time() { # NAME POSITION TIME: the log had POSITION bytes just before TIME
  printf '%s %s\n' "$2" "$3" >>"$job/logs/$1/${count_of[$1]:-0}.times"
  notes=$((notes + 1))
}

on_pulling() { # NAME PID
  puller_of[$1]=$2
  [[ -z $stop_reason && (-z $ending_sidecars || ${kind[$1]} != sidecar) ]] || signal_container TERM "$1"
}

on_unready() { # NAME WORD: its image is not there; what would not go better the next time is not tried again
  unset -v "pid_of[$1]" "puller_of[$1]"
  result_of[$1]=125
  [[ $2 != failed ]] || return
  now
  write_state "$1" "{\"state\":\"terminated\",\"restartCount\":${count_of[$1]:-0},\"finishedAt\":$NOW,\"exitCode\":137,\"reason\":\"${stop_reason:-ErrImagePull}\",\"detail\":\"NotStarted\"${last_of[$1]-}}"
}

on_started() { # NAME PID WRITER
  unset -v "puller_of[$1]"
  pid_of[$1]=$2 writer_of[$1]=$3 position_of[$1]=0
  if [[ ${kind[$1]} == sidecar ]]; then
    [[ -z $ending_sidecars ]] || signal_container TERM "$1"
  elif [[ -n $stop_reason ]]; then
    signal_container TERM "$1"
  fi
}

wants_restart() { # NAME CODE
  if [[ ${kind[$1]} == sidecar ]]; then
    [[ -z $ending_sidecars ]]
  elif [[ -n $stop_reason || $restart_policy == Never ]]; then
    return 1
  elif [[ ${kind[$1]} == init || $restart_policy == OnFailure ]]; then
    (($2 != 0))
  fi
}

on_ended() { # NAME CODE POSITION FINISHED STARTED LAST_RUN
  local name=$1 count=${count_of[$1]:-0} wait_seconds
  unset -v "pid_of[$name]" "writer_of[$name]"
  (($3 > ${position_of[$name]:-0})) && note_time "$name" "${position_of[$name]:-0}" "$4"
  if ! wants_restart "$name" "$2"; then
    result_of[$name]=$2
    return
  fi
  # As a kubelet: the first restart at once, then 10 s, doubled up to 5 minutes; a run of 10 minutes starts over.
  ((${4%.*} - ${5%.*} < 600)) || unset -v "backoff_of[$name]"
  wait_seconds=${backoff_of[$name]:-0}
  backoff_of[$name]=$((wait_seconds == 0 ? backoff_first : wait_seconds * 2))
  ((backoff_of[$name] <= backoff_most)) || backoff_of[$name]=$backoff_most
  last_of[$name]=",\"last\":{$6}"
  uptime
  restart_at[$name]=$((UPTIME + wait_seconds * 1000))
  if ((wait_seconds > 0)); then
    write_state "$name" "{\"state\":\"waiting\",\"restartCount\":$count,\"reason\":\"CrashLoopBackOff\",\"detail\":\"$wait_seconds\"${last_of[$name]}}"
  fi
  count_of[$name]=$((count + 1))
  # As on a kubelet the run before the last has no log any more.
  ((count == 0)) || rm -f -- "$job/logs/$name/$((count - 1)).log" "$job/logs/$name/$((count - 1)).times"
}

sample() { # notes when logs grew; slower and slower while nothing happens
  local name position grew=''
  for name in "${!writer_of[@]}"; do
    { read -r _ position <"/proc/${writer_of[$name]}/fdinfo/1"; } 2>/dev/null || continue
    if ((position > position_of[$name])); then
      now
      note_time "$name" "${position_of[$name]}" "$NOW"
      position_of[$name]=$position
      grew=1
    fi
  done
  if [[ -n $grew ]]; then
    # A container that writes for days has times of seconds in the end: some 20,000 notes a day.
    tick=0.2
    ((notes < 5000)) || tick=1
    ((notes < 50000)) || tick=5
  else
    case $tick in 0.2) tick=0.4 ;; 0.4) tick=0.7 ;; 0.7) tick=1 ;; esac
  fi
}

check_timers() {
  local name
  uptime
  if [[ -n $stop_reason && -z $killed ]] && ((UPTIME >= stop_deadline)); then
    killed=1
    signal_all KILL
  fi
  if ((deadline > 0 && UPTIME >= job_deadline)); then stop DeadlineExceeded; fi
  for name in "${!restart_at[@]}"; do
    if ((UPTIME >= restart_at[$name])); then start "$name"; fi
  done
}

pump() { # waits for one event or one tick
  local line pause_seconds=$tick event
  ((${#restart_at[@]} == 0)) || pause_seconds=0.2
  if [[ -n $stop_reason || -n $ending_sidecars ]]; then pause_seconds=0.05; fi
  if IFS= read -r -t "$pause_seconds" -u "$events" line; then
    read -r -a event <<<"$partial$line"
    partial=
    case ${event[0]} in
    pulling) on_pulling "${event[@]:1}" ;;
    unready) on_unready "${event[@]:1}" ;;
    started) on_started "${event[@]:1}" ;;
    ended) on_ended "${event[@]:1}" ;;
    stop) stop Terminated ;;
    evict) stop Evicted "${event[*]:1}" ;;
    esac
  else
    partial+=$line
    sample
  fi
  check_timers
}

run_init_containers() {
  local name
  for name in "${names[@]}"; do
    [[ ${kind[$name]} == main ]] && continue
    [[ -z $stop_reason ]] || return
    start "$name"
    if [[ ${kind[$name]} == sidecar ]]; then
      started_sidecars=("$name" "${started_sidecars[@]}")
      while [[ ${pid_of[$name]-} == 0 ]]; do pump; done
      [[ -z ${result_of[$name]-} ]] || stop InitContainerFailed
      continue
    fi
    until [[ -n ${result_of[$name]-} ]]; do pump; done
    ((result_of[$name] == 0)) || stop InitContainerFailed
  done
}

run_main_containers() {
  local name
  [[ -z $stop_reason ]] || return
  for name in "${names[@]}"; do
    [[ ${kind[$name]} == main ]] && start "$name"
  done
  for name in "${names[@]}"; do
    [[ ${kind[$name]} == main ]] || continue
    until [[ -n ${result_of[$name]-} ]]; do pump; done
  done
}

end_sidecars() { # one after the other, the last one started first
  local name sidecar_deadline
  ((${#started_sidecars[@]} > 0)) || return
  ending_sidecars=1
  uptime
  sidecar_deadline=$((UPTIME + grace * 1000))
  if [[ -n $stop_reason && $stop_reason != InitContainerFailed ]]; then sidecar_deadline=$((stop_deadline + 2000)); fi
  [[ -s $job/stopping ]] || printf '%s\n' "$sidecar_deadline" >"$job/stopping"
  for name in "${started_sidecars[@]}"; do
    unset -v "restart_at[$name]"
    signal_container TERM "$name"
    while [[ -n ${pid_of[$name]-} ]]; do
      pump
      uptime
      ((UPTIME < sidecar_deadline)) || signal_container KILL "$name"
    done
  done
}

report_unstarted() { # a stopped pod has no container that waits for ever
  local name
  [[ $stop_reason == Terminated || $stop_reason == DeadlineExceeded || $stop_reason == Evicted ]] || return
  now
  for name in "${names[@]}"; do
    [[ -e $job/state/$name.json ]] && continue
    write_state "$name" "{\"state\":\"terminated\",\"restartCount\":0,\"finishedAt\":$NOW,\"exitCode\":137,\"reason\":\"$stop_reason\",\"detail\":\"NotStarted\"}"
  done
}

finish() {
  local name failed=0
  for name in "${names[@]}"; do
    [[ ${kind[$name]} == sidecar ]] || ((${result_of[$name]:-1} == 0)) || failed=1
  done
  release_volumes
  now
  printf '{"reason":"%s","detail":"%s","finishedAt":%s}\n' "${stop_reason:-Completed}" "$stop_detail" "$NOW" >"$job/outcome.json"
  announce
  exit "$failed"
}

close_inherited_files() { # of whoever submitted the job; but not the one that this program is read from
  local fd
  for fd in /proc/self/fd/*; do
    [[ $fd -ef $runner ]] && continue
    fd=${fd##*/}
    ((fd <= 2)) || exec {fd}>&-
  done
}

give_variables() { # what containers get of this job's environment: which devices are theirs, where the site has its programs
  local name entry variable
  for name in "${names[@]}"; do
    read_list "$job/container/$name/given" || continue
    for entry in "${il_list[@]}"; do
      variable=${entry#*=}
      [[ -z ${!variable+set} ]] || printf '%s=%s\0' "${entry%%=*}" "${!variable}" >>"$job/container/$name/env"
    done
  done
}

run_job() {
  cd / || exit 1
  close_inherited_files
  read_settings
  claim
  give_variables
  forget_environment
  open_pipe
  events=$PIPE
  open_pipe
  quiet=$PIPE
  trap 'printf "stop\n" >&"$events"' TERM INT
  trap '' HUP
  uptime
  job_deadline=$((UPTIME + deadline * 1000))
  prepare_volumes
  run_init_containers
  run_main_containers
  end_sidecars
  report_unstarted
  finish
}

if [[ ${2-} == enter ]]; then
  export -n PATH LC_ALL
  enter "$3"
else
  run_job
fi
