# shellcheck shell=bash disable=SC2154,SC2034 # variables of the runner
# Sourced by the runner of a job whose containers have probes or hooks: when each of them is due, and what follows from its
# outcome, as on a kubelet. What one of them does is action.sh's: a process (group) of its own each time, one at a time of each kind.

declare -gA action_pid action_end due_at started_at streak_of outcome_of alarm_of ready_of health_of

start_action() { # NAME KIND SECONDS: 0 for as long as it takes
  local key="$1 $2"
  unset -v "due_at[$key]"
  # A process group of its own, by which all of it can be ended.
  set -m
  {
    trap - TERM INT HUP USR1
    exec </dev/null >"$job/container/$1/$2.out" 2>&1
    exec {events}>&- {quiet}>&-
    forget_locks
    exec "$BASH" "${runner%/*}/action.sh" "$job" "$1" "$2"
  } &
  action_pid[$key]=$!
  set +m
  action_end[$key]=$(($3 == 0 ? 0 : UPTIME + $3 * 1000))
}

end_actions() { # NAME: no probe and no hook of it from here on
  local key
  for key in "${!action_pid[@]}"; do
    [[ $key == "$1 "* ]] || continue
    kill -KILL -- "-${action_pid[$key]}" 2>/dev/null
    unset -v "action_pid[$key]"
  done
  for key in "${!due_at[@]}"; do
    [[ $key != "$1 "* ]] || unset -v "due_at[$key]"
  done
}

shorten_pause() { # sets pause_milliseconds to what is left until something of this is due
  local key left
  ((${#action_pid[@]} == 0 || pause_milliseconds <= 20)) || pause_milliseconds=20
  ((${#due_at[@]} > 0)) || return
  uptime
  for key in "${!due_at[@]}"; do
    left=$((${due_at[$key]} - UPTIME))
    ((left >= pause_milliseconds)) || pause_milliseconds=$((left > 1 ? left : 1))
  done
}

check_actions() {
  local key code initial period timeout successes failures probe_grace
  for key in "${!action_pid[@]}"; do
    if ! kill -0 "${action_pid[$key]}" 2>/dev/null; then
      wait "${action_pid[$key]}" 2>/dev/null
      code=$?
    elif ((${action_end[$key]} > 0 && UPTIME >= ${action_end[$key]})); then
      kill -KILL -- "-${action_pid[$key]}" 2>/dev/null
      code=late
    else
      continue
    fi
    unset -v "action_pid[$key]"
    on_action "${key% *}" "${key#* }" "$code"
  done
  for key in "${!due_at[@]}"; do
    ((UPTIME >= ${due_at[$key]})) || continue
    read_probe "$key"
    start_action "${key% *}" "${key#* }" "$timeout"
  done
}

read_probe() { # KEY: sets initial, period, timeout, successes, failures, probe_grace; for a hook all are 0
  read -r initial period timeout successes failures probe_grace <<<"${probe_of[$1]-0 0 0 0 0 0}"
}

# --- a container's life -------------------------------------------------------------------------------------------

begin_lifecycle() { # NAME
  uptime
  unset -v "ready_of[$1]"
  if [[ -e $job/container/$1/enter || -e $job/container/$1/join ]]; then
    # Its first process is still making the container.
    write_health "$1"
    start_action "$1" up 0
  else
    on_up "$1"
  fi
}

end_lifecycle() { # NAME
  local kind
  end_actions "$1"
  for kind in startup readiness liveness; do unset -v "streak_of[$1 $kind]" "outcome_of[$1 $kind]" "alarm_of[$1 $kind]"; done
}

on_up() { # NAME: its program runs
  started_at[$1]=$UPTIME
  if [[ -n ${hook_of["$1 postStart"]-} ]]; then
    write_health "$1"
    start_action "$1" postStart 0
  else
    on_hooked "$1"
  fi
}

on_hooked() { # NAME: its postStart hook has ended, if it has one
  if [[ -n ${probe_of["$1 startup"]-} ]]; then
    schedule "$1" startup
    write_health "$1"
  else
    on_startup_done "$1"
  fi
}

on_startup_done() { # NAME
  is_started[$1]=1
  schedule "$1" liveness
  schedule "$1" readiness
  [[ -n ${probe_of["$1 readiness"]-} ]] || ready_of[$1]=1
  write_health "$1"
}

schedule() { # NAME KIND: the first time, counted from the start of the container
  local key="$1 $2" initial period timeout successes failures probe_grace
  [[ -n ${probe_of[$key]-} ]] || return
  read_probe "$key"
  due_at[$key]=$((${started_at[$1]} + initial * 1000))
}

write_health() { # NAME
  local name=$1 kind started=false ready=false alarm='' text
  [[ -z ${is_started[$name]-} ]] || started=true
  [[ -z ${ready_of[$name]-} ]] || ready=true
  for kind in readiness liveness startup; do alarm=${alarm_of["$name $kind"]:-$alarm}; done
  json_text "$alarm"
  text="{\"restartCount\":${count_of[$name]:-0},\"started\":$started,\"ready\":$ready,\"message\":\"$JSON\"}"
  [[ $text != "${health_of[$name]-}" ]] || return
  health_of[$name]=$text
  write_state "$name.health" "$text"
}

kill_for() { # NAME REASON TEXT SECONDS: REASON becomes the container's, "-" leaves it
  printf '%s\n%s' "$2" "$3" >"$job/container/$1/ended-by"
  terminate "$1" "$4"
}

# --- outcomes -----------------------------------------------------------------------------------------------------

on_action() { # NAME KIND CODE
  local initial period timeout successes failures probe_grace TEXT
  read_probe "$1 $2"
  read_text "$job/container/$1/$2.out" 1024
  [[ $3 != late ]] || TEXT="no end within $timeout s"
  case $2 in
  up) if [[ $3 == 125 ]]; then due_at["$1 up"]=$((UPTIME + 200)); else on_up "$1"; fi ;;
  postStart) on_post_start "$1" "$3" ;;
  preStop) on_pre_stop "$1" "$3" ;;
  *) on_probed "$1" "$2" "$3" ;;
  esac
}

on_post_start() { # NAME CODE
  if (($2 == 0)); then
    on_hooked "$1"
  elif (($2 != 125)) || [[ $TEXT != 'interlink: '* ]]; then
    kill_for "$1" FailedPostStartHook "PostStart hook failed with exit code $2: $TEXT" "$grace"
  fi
}

on_pre_stop() { # NAME CODE
  # A kubelet leaves two seconds also where the hook took all the time.
  if [[ $2 == late ]]; then kill_at[$1]=$((UPTIME + 2000)); fi
  signal_container TERM "$1"
}

on_probed() { # NAME KIND CODE
  local key="$1 $2" outcome=failed text=''
  due_at[$key]=$((UPTIME + period * 1000))
  if [[ $TEXT == 'interlink: '* ]]; then
    # It has ended.
    [[ $3 != 125 ]] || return
    # It cannot be done here. That is no fault of the container.
    [[ $3 != 124 ]] || outcome=passed text="$2 probe cannot be carried out, and counts as passed: ${TEXT#interlink: }"
  fi
  if [[ $3 == 0 ]]; then
    outcome=passed
  elif [[ $outcome == failed ]]; then
    text="$2 probe failed: $TEXT"
  fi
  alarm_of[$key]=${text^}
  if [[ $outcome == "${outcome_of[$key]-}" ]]; then
    streak_of[$key]=$((${streak_of[$key]} + 1))
  else
    outcome_of[$key]=$outcome streak_of[$key]=1
  fi
  if [[ $outcome == passed ]]; then
    ((${streak_of[$key]} < successes)) || on_passed "$1" "$2"
  else
    ((${streak_of[$key]} < failures)) || on_failed "$1" "$2"
  fi
  write_health "$1"
}

on_passed() { # NAME KIND
  case $2 in
  startup)
    unset -v "due_at[$1 startup]"
    on_startup_done "$1"
    ;;
  readiness) ready_of[$1]=1 ;;
  esac
}

on_failed() { # NAME KIND
  if [[ $2 == readiness ]]; then
    unset -v "ready_of[$1]"
  else
    kill_for "$1" - "${alarm_of["$1 $2"]}; the container was ended for it" $((probe_grace < 0 ? grace : probe_grace))
  fi
}
