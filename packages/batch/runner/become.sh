# shellcheck shell=bash disable=SC2034,SC2154 # variables that are used or set where this is sourced
# Sourced by the programs beside it: how a process gets exactly the arguments and variables that files say. Names start with il_: a
# container's environment may have any other name. il_files: the container's part of the job directory.

fail_start() { # EXIT_CODE "WORD [VOLUME]": goes into the state, the author of the pod gets a sentence for it
  printf '%s\n' "$2" >"$il_files/start-error"
  exit "$1"
}

read_list() { # FILE: sets il_list to its texts, which NUL bytes end
  local il_item
  il_list=()
  [[ -e $1 ]] || return 1
  while IFS= read -r -d '' il_item; do il_list+=("$il_item"); done <"$1"
}

# Names that bash treats in a way of its own, or cannot export at all.
is_irregular() { # NAME
  case $1 in
  '' | *[!A-Za-z0-9_]* | [0-9]*) return 0 ;;
  il_* | _ | BASH* | COMP_* | EPOCH* | READLINE_* | HIST*) return 0 ;;
  OLDPWD | UID | EUID | PPID | GROUPS | SHELLOPTS | FUNCNAME | DIRSTACK | LINENO | RANDOM | SRANDOM | SECONDS | SHLVL) return 0 ;;
  IFS | OPTIND | OPTARG | OPTERR | MAPFILE | PIPESTATUS | POSIXLY_CORRECT | POSIX_PEDANTIC | REPLY | TMOUT) return 0 ;;
  *) return 1 ;;
  esac
}

# Only for environments that bash cannot hold. On a command line of env(1) every user could read the values; they come by a file
# that is open already, and closed for the program.
# shellcheck disable=SC2016
il_perl='$/ = "\0"; open(my $in, "<&=", shift) or exit 125; my %env;
while (<$in>) { chomp; my ($name, $value) = split(/=/, $_, 2); $env{$name} = $value; }
close($in); %ENV = %env; exec { $ARGV[0] } @ARGV; exit 127;'
il_python='import os, sys
with os.fdopen(int(sys.argv[1]), "rb") as file: text = file.read()
pairs = [entry.split(b"=", 1) for entry in text.split(b"\0")[:-1]]
argv = [os.fsencode(argument) for argument in sys.argv[2:]]
os.execvpe(argv[0], argv, {name: value for name, value in pairs})'

execute_exactly() {
  local il_tool il_in
  if [[ -n $il_source ]]; then exec {il_in}<"$il_source"; else exec {il_in}< <(printf '%s\0' "${il_environment[@]}"); fi
  if il_tool=$(type -P perl); then
    exec "${il_session[@]}" "$il_tool" -e "$il_perl" -- "$il_in" "${il_argv[@]}"
  elif il_tool=$(type -P python3); then
    exec "${il_session[@]}" "$il_tool" -I -S -c "$il_python" "$il_in" "${il_argv[@]}"
  fi
  fail_start 125 EnvironmentNotPossible
}

check_command() {
  case ${il_argv[0]} in
  */*)
    [[ -e ${il_argv[0]} ]] || fail_start 127 CommandNotFound
    [[ -x ${il_argv[0]} && ! -d ${il_argv[0]} ]] || fail_start 126 CommandNotExecutable
    ;;
  *) hash -- "${il_argv[0]}" 2>/dev/null || fail_start 127 CommandNotFound ;;
  esac
}

# This process becomes il_argv, by the program il_session, with il_environment and nothing else. il_source: a file of the same, or ''.
execute() {
  local il_entry il_env=/usr/bin/env il_exact=''
  [[ -x $il_env ]] || il_env=/bin/env
  # A program whose name has a "=" would be a variable to env(1).
  [[ ${il_argv[0]} == *=* ]] && il_exact=1
  for il_entry in "${il_environment[@]}"; do is_irregular "${il_entry%%=*}" && il_exact=1; done
  [[ -z $il_exact ]] || execute_exactly
  for il_entry in "${il_environment[@]}"; do
    unset -v "${il_entry%%=*}"
    # A locale that this machine does not have is the container's business, and not a line of its log.
    # shellcheck disable=SC2163
    export -- "$il_entry" 2>/dev/null
  done
  check_command
  exec "${il_session[@]}" "$il_env" -u SHLVL -u _ -u OLDPWD -- "${il_argv[@]}"
}

become() { # this process becomes the container's, by the program il_session
  read_list "$il_files/argv"
  il_argv=("${il_list[@]}")
  read_list "$il_files/workdir"
  cd -- "${il_list[0]}" 2>/dev/null || fail_start 125 WorkingDirectoryNotUsable
  umask 022
  il_source=$il_files/env
  read_list "$il_source"
  il_environment=("${il_list[@]}")
  execute
}

forget_environment() { # of whoever started this program: a container gets what its pod says
  local entry
  while IFS= read -r -d '' entry; do
    case ${entry%%=*} in
    PATH | LC_ALL) ;;
    *) unset -v "${entry%%=*}" 2>/dev/null ;;
    esac
  done <"/proc/$$/environ"
  export -n PATH LC_ALL
  unset -v PWD OLDPWD SHLVL
}

# --- processes ----------------------------------------------------------------------------------------------------

start_ticks() { # PID: sets TICKS, the kernel's start time of a process; 0 where there is none
  local stat
  TICKS=0
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return
  read -r -a stat <<<"${stat##*) }"
  TICKS=${stat[19]}
}

has_ended() { # PID
  local stat
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
  read -r -a stat <<<"${stat##*) }"
  # The first thread is a zombie for a moment, too, when another one starts a program.
  [[ ${stat[0]} == [ZX] ]] && ((stat[17] <= 1))
}

find_members() { # SESSION TICKS: sets MEMBERS to its processes; none where its number is that of another process by now
  local file stat field
  MEMBERS=()
  start_ticks "$1"
  ((TICKS == 0 || TICKS == $2)) || return
  for file in /proc/[0-9]*/stat; do
    read -r stat <"$file" || continue
    read -r -a field <<<"${stat##*) }"
    # A member is not older than its leader.
    [[ ${field[0]} == [ZX] ]] && continue
    ((field[3] == $1 && field[19] >= $2)) || continue
    file=${file#/proc/}
    MEMBERS+=("${file%/stat}")
  done 2>/dev/null
}

read_children() { # PID: sets CHILDREN
  CHILDREN=()
  # There is no newline in it, so the status of read says nothing.
  { read -r -a CHILDREN <"/proc/$1/task/$1/children"; } 2>/dev/null
}

is_first_of_namespace() { # PID: whether it has the number 1 among processes of its own
  local line
  while read -r line; do
    [[ $line == NSpid:*[[:space:]]1 ]] && return
  done 2>/dev/null <"/proc/$1/status"
  return 1
}

find_first_child() { # PID: sets FIRST_CHILD, that of its children which is the first of a namespace, and CHILDREN
  read_children "$1"
  for FIRST_CHILD in "${CHILDREN[@]}"; do is_first_of_namespace "$FIRST_CHILD" && return; done
  return 1
}

find_below() { # PID: sets il_pid to the nearest descendant that is the first of a namespace
  local child children
  find_first_child "$1" && il_pid=$FIRST_CHILD && return
  children=("${CHILDREN[@]}")
  for child in "${children[@]}"; do find_below "$child" && return; done
  return 1
}

find_program() { # PID of a runtime: sets il_pid to the first process of its container
  find_below "$1" || return
  # Until it becomes the container's program it is one more copy of the runtime.
  [[ -e /proc/$il_pid/exe && ! /proc/$il_pid/exe -ef /proc/$1/exe ]]
}

# --- pipes --------------------------------------------------------------------------------------------------------

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
