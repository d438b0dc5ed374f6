#!/bin/bash
# Runs one pod as one job: its init containers in order, its main containers at the same time, its sidecars around
# them. Static: it is never made from pod data. Its one argument is the job directory; everything else is read from
# files there, lists and values ended by NUL bytes, so that nothing of a pod is ever taken for shell syntax.
#
#   runner.sh DIRECTORY
#
# A container with a directory pull/ gets its image by pull-image.sh first, which is beside this program; one with a mount namespace of
# its own is set up there by enter.sh.
#
# What it writes: job.id (also the lock), state/NAME.json, state/NAME.health.json where a container has probes or a postStart
# hook, logs/NAME/RESTART.{log,times}, container/NAME/session, outcome.json as its last word, and a touch of ../changed/UID
# after each of them. Signals: TERM ends the job, USR1 says that the scheduler is about to, at the job's time limit.
# Bash 4.2 or later.

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

pause() { # SECONDS: without a process
  local REPLY
  IFS= read -r -t "$1" -u "$quiet"
}

announce() {
  { printf . >"$changed"; } 2>/dev/null
}

json_text() { # TEXT: sets JSON to what a JSON string has of it between its quotes
  local backslash=$'\\'
  JSON=${1//"$backslash"/"$backslash$backslash"}
  JSON=${JSON//\"/"$backslash\""}
  JSON=${JSON//$'\n'/"${backslash}n"}
  JSON=${JSON//$'\t'/"${backslash}t"}
  JSON=${JSON//[$'\001'-$'\037\177']/ }
}

read_text() { # FILE BYTES: sets TEXT to its first bytes, without newlines at the end
  TEXT=
  { IFS= read -r -d '' -N "$2" TEXT <"$1"; } 2>/dev/null
  while [[ $TEXT == *$'\n' ]]; do TEXT=${TEXT%$'\n'}; done
}

write_state() { # NAME JSON
  # Nobody takes a half of the first one for a state. For the others a file is never without one.
  if [[ ! -e $job/state/$1.json ]]; then
    printf '%s\n' "$2" >"$job/state/$1.json"
  elif printf '%s\n' "$2" >"$job/state/.$1.new"; then
    mv -f -- "$job/state/.$1.new" "$job/state/$1.json"
  fi
  announce
}

use_volumes() { # what only some pods need
  [[ -z $uses_volumes ]] || return 0
  uses_volumes=1
  # shellcheck source-path=SCRIPTDIR source=volumes.sh
  . "${runner%/*}/volumes.sh"
}

use_shipped() { # SECONDS for the delivery
  delivery_seconds=$1
  # shellcheck source-path=SCRIPTDIR source=shipped.sh
  . "${runner%/*}/shipped.sh"
}

forget_locks() { # in a process that does not use what they are on, or must not know of it
  [[ -z $memory_lock ]] || exec {memory_lock}<&-
  [[ -z $shipped_lock ]] || exec {shipped_lock}<&-
}

# --- one run of one container, in a subshell of its own -----------------------------------------------------------

launch() { # NAME: in a subshell that becomes the container
  trap - TERM INT QUIT HUP USR1
  # By exec, not at the call: bash would keep copies of what it replaces, and the container would inherit them.
  exec </dev/null >"/dev/fd/$pipe" 2>&1
  [[ -z $INPUT ]] || exec <"/dev/fd/$INPUT" {INPUT}>&-
  [[ -z $GATE ]] || exec {GATE}>&-
  exec {pipe}>&- {log}>&- {events}>&- {quiet}>&-
  il_files=$job/container/$1
  [[ -e $il_files/start-error ]] && rm -f -- "$il_files/start-error"
  [[ -s $il_files/ended-by ]] && : >"$il_files/ended-by"
  [[ -s $il_files/termination-log ]] && : >"$il_files/termination-log"
  forget_locks
  if [[ -e $il_files/subpaths || -e $il_files/hostpaths ]]; then
    use_volumes
    check_volumes
  fi
  local il_setsid=/usr/bin/setsid
  [[ -x $il_setsid ]] || il_setsid=$(type -P setsid) || fail_start 125 SetsidNotFound
  if [[ -e $il_files/tty ]]; then
    PATH=$PATH exec "$il_setsid" "$BASH" "${runner%/*}/terminal.sh" "$job" "$1"
  fi
  if read_list "$il_files/enter"; then
    exec "$il_setsid" "${il_list[@]}" "$BASH" "${runner%/*}/enter.sh" "$job" "$1"
  fi
  il_session=("$il_setsid")
  become
}

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

end_joined() { # NAME: commands that came from outside end with the container, and what they left behind
  local note pid ticks tries
  for note in "$job/container/$1/joined"/*; do
    { read -r pid ticks _ <"$note"; } 2>/dev/null || continue
    for ((tries = 0; tries < 20; tries++)); do
      find_members "$pid" "$ticks"
      ((${#MEMBERS[@]} > 0)) || break
      kill -KILL "${MEMBERS[@]}" 2>/dev/null
      pause 0.005
    done
    rm -f -- "$note"
  done
}

open_input() { # NAME: where the container has an input, sets INPUT to a pipe and FEEDER to who fills it with what stream.sh brings
  local mode files=$job/container/$1 PIPE
  { read -r mode <"$files/stdin"; } 2>/dev/null || return
  rm -f -- "$files/stdin.pipe"
  mkfifo -- "$files/stdin.pipe" || return
  open_pipe
  INPUT=$PIPE
  (
    exec {log}>&- {pipe}>&- {events}>&- {quiet}>&-
    # "once" ends when the first who writes has closed it; else this process itself keeps it open.
    [[ $mode == once ]] && exec cat <"$files/stdin.pipe" >&"$INPUT"
    exec cat <>"$files/stdin.pipe" >&"$INPUT"
  ) &
  FEEDER=$!
  start_ticks "$FEEDER"
  printf '%s %s\n' "$FEEDER" "$TICKS" >"$files/stdin.feeder"
}

await_terminal() { # NAME PID: sets LEADER and TICKS to the process that leads the session on the terminal; else to PID
  local tries
  for ((tries = 0; tries < 250; tries++)); do
    { read -r LEADER TICKS _ <"$job/container/$1/terminal"; } 2>/dev/null && return
    kill -0 "$2" 2>/dev/null || break
    pause 0.02
  done
  LEADER=$2
  start_ticks "$2"
}

open_gate() { # NAME: where the container waits for a link before its program starts, sets GATE to the pipe on which it does
  local gate=$job/container/$1/gate
  [[ -e $job/container/$1/link ]] || return 0
  # It may run as another user.
  [[ -p $gate ]] || mkfifo -m 0666 -- "$gate" || return
  exec {GATE}<>"$gate"
}

make_link() { # NAME PID: the link that the container waits for; it is not held for one that cannot be made
  local il_pid='' il_list root tries hidden=0
  [[ -n $GATE ]] || return
  read_list "$job/container/$1/link"
  for ((tries = 0; tries < 1500; tries++)); do
    has_ended "$2" && return
    if find_below "$2"; then
      root=/proc/$il_pid/root
      if [[ $root${il_list[2]} -ef $job/container/$1/gate ]]; then
        # Nothing of the image has been run by now.
        [[ -L $root${il_list[0]%/*} ]] || ln -s -- "${il_list[1]}" "$root${il_list[0]}" 2>/dev/null
        break
      fi
      # Not of a container that was started with the rights of root (setuid).
      [[ -e $root/. ]] || ((++hidden < 10)) || break
    fi
    pause 0.01
  done
  printf '\n' >&"$GATE"
}

await_program() { # NAME PID: a container runs when its own program does; what its runtime does before takes a moment
  local tries il_pid
  [[ -e $job/container/$1/join ]] || return
  for ((tries = 0; tries < 50; tries++)); do
    find_program "$2" && return
    has_ended "$2" && return
    pause 0.02
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

pull() { # NAME RESTART_COUNT LAST_STATE: the container's image is there afterwards; else this run is over before it began
  local word='' reason text state JSON
  while read -r word reason text; do
    json_text "$text"
    state="\"restartCount\":$2,\"reason\":\"$reason\",\"message\":\"$JSON\""
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
  done < <(trap - TERM INT HUP USR1; PATH=$PATH exec {log}>&- {events}>&- {quiet}>&- setsid "$BASH" "${runner%/*}/pull-image.sh" "$job/container/$1" </dev/null)
  printf 'unready %s %s\n' "$1" "${word:-killed}" >&"$events"
  return 1
}

find_reason() { # NAME RESTART_COUNT CODE: sets REASON, DETAIL (a word of the runner's) and TEXT (the message)
  local files=$job/container/$1 word='' line=''
  REASON=Completed DETAIL='' TEXT=''
  (($3 == 0)) || REASON=Error
  if [[ -s $files/start-error ]]; then
    read -r DETAIL <"$files/start-error"
    REASON=StartError
  fi
  if (($3 == 137)) && read_oom_kills && ((OOM_KILLS > oom_kills)); then REASON=OOMKilled; fi
  if [[ -s $files/termination-log ]]; then
    read_text "$files/termination-log" 4096
  elif (($3 != 0)) && [[ -n ${message_from_log[$1]-} ]]; then
    # As a kubelet: 80 lines or 2048 bytes.
    { TEXT=$(tail -c 2048 -- "$job/logs/$1/$2.log" | tail -n 80); } 2>/dev/null
  fi
  if [[ -s $files/ended-by ]]; then
    { read -r word && IFS= read -r -d '' -N 1024 line; } <"$files/ended-by"
    [[ $REASON != Error || $word == - ]] || REASON=$word
    TEXT=${TEXT:-$line}
  fi
}

supervise() { # NAME RESTART_COUNT LAST_STATE
  local name=$1 count=$2 last=$3 PIPE LEADER log pipe writer pid code started position last_run message='' INPUT='' FEEDER='' GATE=''
  trap '' TERM INT HUP USR1
  exec {log}>>"$job/logs/$name/$count.log"
  if [[ -e $job/container/$name/pull && ! -e $job/container/$name/image ]]; then
    pull "$name" "$count" "$last" || return
  fi
  # A pipe, as every container runtime gives: with the file itself `echo > /dev/stderr` would cut the log to nothing.
  open_pipe
  pipe=$PIPE
  cat <"/dev/fd/$pipe" >&"$log" {pipe}>&- {log}>&- {events}>&- {quiet}>&- &
  writer=$!
  open_input "$name"
  [[ ! -e $job/container/$name/tty ]] || rm -f -- "$job/container/$name/terminal"
  open_gate "$name"
  launch "$name" &
  pid=$!
  exec {pipe}>&-
  [[ -z $INPUT ]] || exec {INPUT}>&-
  now
  started=$NOW
  LEADER=$pid
  start_ticks "$pid"
  [[ ! -e $job/container/$name/tty ]] || await_terminal "$name" "$pid"
  printf '%s %s\n' "$LEADER" "$TICKS" >"$job/container/$name/session"
  printf 'started %s %s %s\n' "$name" "$LEADER" "$writer" >&"$events"
  make_link "$name" "$LEADER"
  await_program "$name" "$LEADER"
  write_state "$name" "{\"state\":\"running\",\"restartCount\":$count,\"startedAt\":$started$last}"
  wait "$pid"
  code=$?
  now
  end_session "$LEADER"
  end_joined "$name"
  [[ -z $FEEDER ]] || kill -KILL "$FEEDER" 2>/dev/null
  drain "$writer"
  { read -r _ position <"/proc/self/fdinfo/$log"; } 2>/dev/null || position=0
  find_reason "$name" "$count" "$code"
  if [[ -n $TEXT ]]; then
    json_text "$TEXT"
    message=",\"message\":\"$JSON\""
  fi
  last_run="\"startedAt\":$started,\"finishedAt\":$NOW,\"exitCode\":$code,\"reason\":\"$REASON\",\"detail\":\"$DETAIL\"$message"
  # Too long for a pipe that others write to as well.
  [[ $restart_policy == Never && ${kind[$name]} != sidecar ]] || printf '%s\n' "$last_run" >"$job/container/$name/last"
  write_state "$name" "{\"state\":\"terminated\",\"restartCount\":$count,$last_run$last}"
  printf 'ended %s %s %s %s %s\n' "$name" "$code" "$position" "$NOW" "$started" >&"$events"
}

# --- the job ------------------------------------------------------------------------------------------------------

declare -A kind pid_of puller_of writer_of position_of count_of last_of result_of restart_at backoff_of is_started kill_at
declare -A is_watched probe_of hook_of message_from_log
names=() started_sidecars=()
restart_policy=Never grace=30 deadline=0 backoff_first=10 backoff_most=300 id_variable=''
end_signal=TERM stop_reason='' stop_detail='' stopped_at=0 stop_deadline=0 ending_sidecars='' tick=200 notes=0 partial='' oom_file='' oom_kills=0
uses_volumes='' memory_lock='' ending_added='' look_at=0 size_check_seconds=10 delivery_seconds='' shipped_lock=''

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
    shipped) use_shipped "$value" ;;
    size-check-seconds) size_check_seconds=$value ;;
    memory-volume | size-limit) use_volumes && read_volume_setting "$key" "$value" "$more" ;;
    probe) is_watched[$value]=1 && probe_of["$value ${more%% *}"]=${more#* } ;;
    hook) is_watched[$value]=1 && hook_of["$value $more"]=1 ;;
    message-from-log) message_from_log[$value]=1 ;;
    esac
  done <"$job/settings"
  if ((${#is_watched[@]} > 0)); then
    # shellcheck source-path=SCRIPTDIR source=lifecycle.sh
    . "${runner%/*}/lifecycle.sh"
  fi
}

write_hosts() { # what the containers have as /etc/hosts: the machine's own entries between what the pod says
  local own=''
  read_list "$job/hosts-parts" || return 0
  { IFS= read -r -d '' own </etc/hosts; } 2>/dev/null
  printf '%s' "${il_list[0]}" "$own" "${il_list[1]}" >"$job/hosts"
}

claim() { # the first act: nobody else can run this pod from here on, and everybody can see which job does
  local id boot
  if [[ -n $id_variable ]]; then
    id=${!id_variable-}
    if [[ -z $id ]]; then
      printf 'this is no job of the scheduler: it has no %s\n' "$id_variable" >&2
      exit 3
    fi
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

find_oom_counter() { # sets oom_file, where the kernel counts whom it killed in this job's cgroup; '' where it cannot be read
  local TEXT newline=$'\n' path counter mounts root point rest kind
  read_text /proc/self/cgroup 4096
  if [[ $newline$TEXT =~ ${newline}[0-9]+:([^:$newline]*,)?memory(,[^:$newline]*)?:([^$newline]*) ]]; then
    path=${BASH_REMATCH[3]} counter=memory.oom_control kind=' - cgroup [^ ]+ ([^ ]*,)?memory(,|$)'
  elif [[ $newline$TEXT =~ ${newline}0::([^$newline]*) ]]; then
    path=${BASH_REMATCH[1]} counter=memory.events kind=' - cgroup2 '
  else
    return
  fi
  mapfile -t mounts </proc/self/mountinfo
  for rest in "${mounts[@]}"; do
    [[ $rest =~ $kind ]] || continue
    read -r _ _ _ root point rest <<<"$rest"
    # In a container it is not the whole tree that is mounted.
    oom_file=$point${path#"${root%/}"}
    oom_file=${oom_file%/}/$counter
    [[ -r $oom_file ]] && read_oom_kills && return
  done
  oom_file=
}

read_oom_kills() { # sets OOM_KILLS
  local TEXT
  [[ -n $oom_file ]] || return
  read_text "$oom_file" 1024
  OOM_KILLS=${TEXT##*oom_kill }
  OOM_KILLS=${OOM_KILLS%%[!0-9]*}
  [[ -n $OOM_KILLS ]]
}

start() { # NAME
  unset -v "restart_at[$1]"
  read_oom_kills && oom_kills=$OOM_KILLS
  supervise "$1" "${count_of[$1]:-0}" "${last_of[$1]-}" &
  pid_of[$1]=0
}

signal_container() { # SIGNAL NAME: SIGTERM to the first process, as in a container; SIGKILL to all
  local pid=${pid_of[$2]:-0} receiver=process
  if [[ -n ${puller_of[$2]-} ]]; then kill "-$1" -- "-${puller_of[$2]}" 2>/dev/null; fi
  ((pid > 0)) || return
  if [[ -e $job/container/$2/signals ]]; then read -r receiver <"$job/container/$2/signals"; fi
  if [[ $1 != KILL && $receiver == first ]]; then
    # What starts several of them has to pass the signal on.
    if find_first_child "$pid"; then receiver=process pid=$FIRST_CHILD; else receiver=group; fi
  fi
  if [[ $1 == KILL || $receiver == group ]]; then
    kill "-$1" -- "-$pid" 2>/dev/null && return
  elif [[ $receiver == child ]]; then
    read_children "$pid"
    pid=${CHILDREN[0]:-$pid}
  fi
  kill "-$1" "$pid" 2>/dev/null
}

terminate() { # NAME SECONDS: preStop hook, SIGTERM and, when the time is over, SIGKILL. A second call may only shorten the time
  local at
  uptime
  at=$((UPTIME + $2 * 1000))
  if [[ -n ${kill_at[$1]-} ]]; then
    ((at >= ${kill_at[$1]})) || kill_at[$1]=$at
    return
  fi
  kill_at[$1]=$at
  [[ -z ${is_watched[$1]-} ]] || end_actions "$1"
  if [[ -n ${hook_of["$1 preStop"]-} ]] && (($2 > 0)); then
    start_action "$1" preStop "$2"
  else
    signal_container "$end_signal" "$1"
  fi
}

terminate_all() { # SECONDS: every running container but the sidecars
  local name
  for name in "${!pid_of[@]}"; do
    [[ ${kind[$name]} != sidecar ]] || continue
    end_container "$name" "$1"
  done
}

end_container() { # NAME SECONDS: also one whose image is being pulled
  if ((${pid_of[$1]} > 0)); then terminate "$1" "$2"; else signal_container TERM "$1"; fi
}

stop() { # REASON [DETAIL]: what is not running any more will not be started
  local name seconds=$grace
  [[ -z $ending_sidecars ]] || return
  if [[ -s $job/grace ]]; then read -r seconds <"$job/grace"; fi
  # As a kubelet, which gives no time to a pod that fills the machine.
  if [[ $1 == Evicted ]]; then seconds=0 end_signal=KILL; fi
  uptime
  if [[ -n $stop_reason ]]; then
    ((UPTIME + seconds * 1000 >= stop_deadline)) || stop_deadline=$((UPTIME + seconds * 1000))
  else
    now
    stop_reason=$1 stop_detail=${2-} stopped_at=$NOW
    stop_deadline=$((UPTIME + seconds * 1000))
  fi
  printf '%s\n%s %s\n' "$stop_deadline" "$stop_reason" "$stopped_at" >"$job/stopping"
  for name in "${!restart_at[@]}"; do
    unset -v "restart_at[$name]"
    [[ ${kind[$name]} == sidecar ]] || result_of[$name]=137
  done
  terminate_all "$seconds"
}

note_time() { # NAME POSITION TIME: the log had POSITION bytes just before TIME
  printf '%s %s\n' "$2" "$3" >>"$job/logs/$1/${count_of[$1]:-0}.times"
  notes=$((notes + 1))
}

is_ending() { # NAME: whether it may not begin to run any more
  case ${kind[$1]} in
  sidecar) [[ -n $ending_sidecars ]] ;;
  ephemeral) [[ -n $stop_reason || -n $ending_added ]] ;;
  *) [[ -n $stop_reason ]] ;;
  esac
}

on_pulling() { # NAME PID
  puller_of[$1]=$2
  ! is_ending "$1" || signal_container TERM "$1"
}

on_unready() { # NAME WORD: its image is not there; what would not go better the next time is not tried again
  local detail=NotStarted
  unset -v "pid_of[$1]" "puller_of[$1]"
  result_of[$1]=125
  [[ $2 != failed ]] || return
  [[ -n $stop_reason ]] || detail=PullKilled
  now
  write_state "$1" "{\"state\":\"terminated\",\"restartCount\":${count_of[$1]:-0},\"finishedAt\":$NOW,\"exitCode\":137,\"reason\":\"${stop_reason:-ErrImagePull}\",\"detail\":\"$detail\"${last_of[$1]-}}"
}

on_started() { # NAME PID WRITER
  unset -v "puller_of[$1]"
  pid_of[$1]=$2 writer_of[$1]=$3 position_of[$1]=0
  if is_ending "$1"; then
    uptime
    terminate "$1" $((stop_deadline > UPTIME ? (stop_deadline - UPTIME + 999) / 1000 : 0))
  elif [[ -n ${is_watched[$1]-} ]]; then
    begin_lifecycle "$1"
  else
    is_started[$1]=1
  fi
}

wants_restart() { # NAME CODE
  if [[ ${kind[$1]} == sidecar ]]; then
    [[ -z $ending_sidecars ]]
  elif [[ ${kind[$1]} == ephemeral ]]; then
    return 1
  elif [[ -n $stop_reason || $restart_policy == Never ]]; then
    return 1
  elif [[ ${kind[$1]} == init || $restart_policy == OnFailure ]]; then
    (($2 != 0))
  fi
}

on_ended() { # NAME CODE POSITION FINISHED STARTED
  local name=$1 count=${count_of[$1]:-0} wait_seconds last=''
  unset -v "pid_of[$name]" "writer_of[$name]" "is_started[$name]" "kill_at[$name]"
  [[ -z ${is_watched[$name]-} ]] || end_lifecycle "$name"
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
  IFS= read -r last <"$job/container/$name/last"
  last_of[$name]=",\"last\":{$last}"
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
    tick=200
    ((notes < 5000)) || tick=1000
    ((notes < 50000)) || tick=5000
  else
    case $tick in 200) tick=400 ;; 400) tick=700 ;; 700) tick=1000 ;; esac
  fi
}

check_added() { # what was added to the running pod: a name a line. No notice comes from the machine of the plugin
  local name added=()
  ((UPTIME >= look_at)) && [[ -z $stop_reason && -z $ending_added ]] || return
  look_at=$((UPTIME + 2000))
  # Opened, not asked for: what is known of a file on another machine may be a minute old, but not once it was opened.
  { mapfile -t added <"$job/added"; } 2>/dev/null
  for name in "${added[@]}"; do
    [[ -z ${kind[$name]-} ]] || continue
    kind[$name]=ephemeral
    give_variables "$name"
    start "$name"
  done
}

check_timers() {
  local name
  uptime
  check_added
  # First: a preStop hook that took all the time leaves a container two seconds more.
  ((${#is_watched[@]} == 0)) || check_actions
  for name in "${!kill_at[@]}"; do
    ((UPTIME >= ${kill_at[$name]})) || continue
    signal_container KILL "$name"
    kill_at[$name]=$((UPTIME + 1000))
  done
  if [[ -z $stop_reason ]] && ((deadline > 0 && UPTIME >= job_deadline)); then stop DeadlineExceeded; fi
  for name in "${!restart_at[@]}"; do
    if ((UPTIME >= ${restart_at[$name]})); then start "$name"; fi
  done
}

pump() { # waits for one event or one tick
  local line event pause_milliseconds=$tick seconds
  ((${#restart_at[@]} == 0)) || pause_milliseconds=200
  if [[ -n $stop_reason || -n $ending_sidecars ]] || ((${#kill_at[@]} > 0)); then pause_milliseconds=50; fi
  if ((${#is_watched[@]} > 0)); then shorten_pause; fi
  printf -v seconds '%d.%03d' $((pause_milliseconds / 1000)) $((pause_milliseconds % 1000))
  if IFS= read -r -t "$seconds" -u "$events" line; then
    read -r -a event <<<"$partial$line"
    partial=
    case ${event[0]} in
    pulling) on_pulling "${event[@]:1}" ;;
    unready) on_unready "${event[@]:1}" ;;
    started) on_started "${event[@]:1}" ;;
    ended) on_ended "${event[@]:1}" ;;
    stop) stop "${event[1]}" ;;
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
      until [[ -n ${is_started[$name]-} || -n ${result_of[$name]-} || -n $stop_reason ]]; do pump; done
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

end_added() { # with the pod's own containers
  local name names_left=()
  ending_added=1
  for name in "${!pid_of[@]}"; do [[ ${kind[$name]} != ephemeral ]] || names_left+=("$name"); done
  ((${#names_left[@]} > 0)) || return
  if [[ -z $stop_reason ]]; then
    uptime
    stop_deadline=$((UPTIME + grace * 1000))
    printf '%s\n' "$stop_deadline" >"$job/stopping"
    for name in "${names_left[@]}"; do end_container "$name" "$grace"; done
  fi
  for name in "${names_left[@]}"; do
    while [[ -n ${pid_of[$name]-} ]]; do pump; done
  done
  # Sidecars have a time of their own.
  [[ -n $stop_reason ]] || rm -f -- "$job/stopping"
}

end_sidecars() { # one after the other, the last one started first
  local name sidecar_deadline
  ((${#started_sidecars[@]} > 0)) || return
  ending_sidecars=1
  uptime
  sidecar_deadline=$((UPTIME + grace * 1000))
  if [[ -n $stop_reason && $stop_reason != InitContainerFailed ]]; then sidecar_deadline=$((stop_deadline + 2000)); fi
  [[ -s $job/stopping ]] || printf '%s\n' "$sidecar_deadline" >"$job/stopping"
  stop_deadline=$sidecar_deadline
  for name in "${started_sidecars[@]}"; do
    unset -v "restart_at[$name]"
    uptime
    ((${pid_of[$name]:-0} == 0)) || terminate "$name" $((sidecar_deadline > UPTIME ? (sidecar_deadline - UPTIME + 999) / 1000 : 0))
    while [[ -n ${pid_of[$name]-} ]]; do pump; done
  done
}

report_unstarted() { # a stopped pod has no container that waits for ever
  local name
  case $stop_reason in Terminated | TimeLimit | DeadlineExceeded | Evicted) ;; *) return ;; esac
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
  [[ -z $uses_volumes ]] || release_volumes
  now
  printf '{"reason":"%s","detail":"%s","finishedAt":%s}\n' "${stop_reason:-Completed}" "$stop_detail" "$NOW" >"$job/outcome.json"
  announce
  [[ -z $delivery_seconds ]] || leave_shipped
  exit "$failed"
}

close_inherited_files() { # of whoever submitted the job; but not the one that this program is read from, and the lock of a shipped job
  local fd
  for fd in /proc/self/fd/*; do
    [[ $fd -ef $runner ]] && continue
    if [[ -n $delivery_seconds && -z $shipped_lock && $fd -ef ${job%/*} ]]; then
      shipped_lock=${fd##*/}
      continue
    fi
    fd=${fd##*/}
    ((fd <= 2)) || exec {fd}>&-
  done
}

give_variables() { # NAME...: what containers get of this job's environment: which devices are theirs, where the site has its programs
  local name entry variable
  for name; do
    read_list "$job/container/$name/given" || continue
    for entry in "${il_list[@]}"; do
      variable=${entry#*=}
      [[ -z ${!variable+set} ]] || printf '%s=%s\0' "${entry%%=*}" "${!variable}" >>"$job/container/$name/env"
    done
  done
}

run_job() {
  cd / || exit 1
  read_settings
  close_inherited_files
  [[ -z $delivery_seconds ]] || hold_shipped
  claim
  give_variables "${names[@]}"
  write_hosts
  forget_environment
  open_pipe
  events=$PIPE
  open_pipe
  quiet=$PIPE
  trap 'printf "stop Terminated\n" >&"$events"' TERM INT
  trap 'printf "stop TimeLimit\n" >&"$events"' USR1
  trap '' HUP
  find_oom_counter
  uptime
  job_deadline=$((UPTIME + deadline * 1000))
  [[ -z $uses_volumes ]] || prepare_volumes
  run_init_containers
  run_main_containers
  end_added
  end_sidecars
  report_unstarted
  finish
}

run_job
