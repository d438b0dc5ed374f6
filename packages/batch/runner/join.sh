#!/bin/bash
# Runs a command inside a running container of a job: with its root, namespaces, environment and working directory, and with
# the standard streams of the caller. On the machine where the job runs, as its user.
#
#   join.sh DIRECTORY NAME -- COMMAND [ARGUMENT...]
#   join.sh DIRECTORY NAME --ready FILE TEXT -- ...    the same; TEXT is written to an open file once only the command can fail
#   join.sh DIRECTORY NAME                             could it?
#
# Exit codes: the command's own; 127 and 126 when the container has no such command, or it is none; and with a line on standard
# error that starts with "interlink: "
#   125  the container is not running: it has not started yet, waits for its restart, or has ended
#   124  it is running, and this user cannot join it
# The variable TERM is the caller's where the caller has a terminal and the container no such variable. Bash 4.2 or later.

LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
unset -v BASH_ENV ENV CDPATH

il_job=$1
il_name=$2
il_files=$il_job/container/$il_name
il_enter=()
il_confine=()
il_source=
# shellcheck source-path=SCRIPTDIR source=become.sh
. "${BASH_SOURCE%/*}/become.sh"

fail() { # EXIT_CODE SENTENCE
  printf 'interlink: %s\n' "$2" >&2
  exit "$1"
}

fail_start() { # EXIT_CODE WORD
  case $2 in
  CommandNotFound) fail "$1" "${il_argv[0]}: no such command" ;;
  CommandNotExecutable) fail "$1" "${il_argv[0]}: not an executable file" ;;
  *) fail 124 "container $il_name has variables that need perl or python3 on the machine, and neither is there" ;;
  esac
}

# --- the container's first process --------------------------------------------------------------------------------

read_process() { # FILE: sets il_pid to the process that was noted there, if it is still the same
  local ticks
  { read -r il_pid ticks <"$1"; } 2>/dev/null || return
  has_ended "$il_pid" && return 1
  start_ticks "$il_pid"
  ((TICKS > 0 && TICKS == ticks))
}

find_first_process() { # sets il_pid
  local leader
  if [[ -e $il_files/join ]]; then
    read_process "$il_files/session" || return
    leader=$il_pid
    find_program "$leader"
  elif [[ -e $il_files/enter ]]; then
    read_process "$il_files/first"
  else
    read_process "$il_files/session"
  fi
}

wait_for_first_process() { # a container that has just been started is a moment away from its program
  local tries
  for ((tries = 0; tries < 100; tries++)); do
    find_first_process && return
    # Of this container nothing is alive.
    read_process "$il_files/session" || break
    sleep 0.02
  done
  fail 125 "container $il_name is not running"
}

# --- what it is joined with ---------------------------------------------------------------------------------------

choose_user() { # root joins as whom the container runs, and can gain no more rights than it
  local key value more setpriv confined=''
  # shellcheck disable=SC2034 # the rest of a line
  while read -r key value more; do
    case $key in
    Uid:) ((value == 0)) || il_enter+=("--setuid=$value") ;;
    Gid:) ((value == 0)) || il_enter+=("--setgid=$value") ;;
    NoNewPrivs:) ((value == 0)) || confined=$value ;;
    esac
  done 2>/dev/null <"/proc/$il_pid/status"
  if [[ -n $confined ]] && setpriv=$(type -P setpriv); then il_confine=("$setpriv" --no-new-privs --); fi
}

choose_namespaces() { # sets il_enter: options of nsenter(1) for all in which the container is not where this process is
  local kind
  for kind in user mnt pid ipc uts net cgroup; do
    [[ /proc/self/ns/$kind -ef /proc/$il_pid/ns/$kind ]] && continue
    [[ -e /proc/$il_pid/ns/$kind ]] || fail 124 "container $il_name cannot be joined: its processes are those of another user"
    [[ $kind == mnt ]] && kind=mount
    il_enter+=("--$kind")
  done
  ((${#il_enter[@]} > 0)) || return
  if [[ ${il_enter[0]} == --user ]]; then
    il_enter+=(--preserve-credentials)
  elif ((EUID != 0)); then
    fail 124 "container $il_name cannot be joined: it was started with the rights of root (setuid) and has no user namespace"
  else
    choose_user
  fi
}

find_place() { # PATH: sets il_place, where it is to be found from here; links lead where they lead in the container
  local root=/proc/$il_pid/root rest=$1 part link links=0
  il_place=$root
  while [[ -n $rest ]]; do
    part=${rest%%/*}
    rest=${rest#"$part"}
    rest=${rest#/}
    case $part in
    '' | .) continue ;;
    ..) [[ $il_place == "$root" ]] || il_place=${il_place%/*} ;;
    *)
      if [[ -L $il_place/$part ]]; then
        ((++links < 40)) && link=$(readlink -- "$il_place/$part") || return
        [[ $link == /* ]] && il_place=$root
        rest=$link/$rest
      else
        il_place+=/$part
      fi
      ;;
    esac
  done
}

add_variables() { # PREFIX: those of il_list that have it, without it; those that change how the shell reads text come last
  local entry locale=()
  for entry in "${il_list[@]}"; do
    [[ $entry == "$1"?*=* ]] || continue
    entry=${entry#"$1"}
    # The runtime takes one of two for its own.
    [[ -z $1 ]] || entry=${entry//$'\r\r\n'/$'\r\n'}
    case $entry in
    # A shell that became the first process left these.
    SHLVL=* | OLDPWD=* | _=*) [[ -z $1 ]] || il_environment+=("$entry") ;;
    LANG=* | LC_*) locale+=("$entry") ;;
    *) il_environment+=("$entry") ;;
    esac
  done
  il_environment+=("${locale[@]}")
}

choose_environment() { # sets il_environment and il_directory
  local prefix
  if read_list "$il_files/join"; then
    prefix=${il_list[0]}
    il_directory=${il_list[1]-}
    # What the image and the runtime add is known to the container alone, and it may have overwritten that memory.
    il_environment=("PATH=$PATH")
    read_list "/proc/$il_pid/environ"
    add_variables ''
    read_list "$il_files/env"
    add_variables "$prefix"
  else
    il_source=$il_files/env
    read_list "$il_source"
    il_environment=("${il_list[@]}")
    read_list "$il_files/workdir"
    il_directory=${il_list[0]}
  fi
  if [[ -t 0 && -n ${il_terminal-} && " ${il_environment[*]}" != *" TERM="* ]]; then
    il_source=
    il_environment+=("TERM=$il_terminal")
  fi
}

join() { # COMMAND...
  local nsenter
  il_argv=("$@")
  choose_environment
  if ((${#il_enter[@]} > 0)); then
    nsenter=$(type -P nsenter) || fail 124 "container $il_name cannot be joined: nsenter(1) is missing on the machine"
    il_place=/proc/$il_pid/cwd
    if [[ -n $il_directory ]]; then find_place "$il_directory" || il_place=$il_directory; fi
    il_argv=("${il_confine[@]}" "$nsenter" "--target=$il_pid" "${il_enter[@]}" --root "--wd=$il_place" -- "${il_argv[@]}")
  else
    cd -- "$il_directory" 2>/dev/null || fail 124 "container $il_name has no directory $il_directory any more"
  fi
  umask 022
  il_session=()
  if [[ -n $il_ready ]]; then
    printf '%s\n' "$il_text" >&"$il_ready"
    exec {il_ready}>&-
  fi
  execute
}

cd / || exit 1
il_terminal=${TERM-} il_ready='' il_text=''
if [[ ${3-} == --ready ]]; then
  il_ready=$4 il_text=$5
  set -- "$1" "$2" "${@:6}"
fi
forget_environment
wait_for_first_process
choose_namespaces
[[ ${3-} == -- && $# -gt 3 ]] || exit 0
join "${@:4}"
