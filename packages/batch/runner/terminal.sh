#!/bin/bash
# Becomes a container that has a terminal. What it has as standard input and output is copied to the terminal and from it.
#
#   terminal.sh DIRECTORY NAME            makes the terminal
#   terminal.sh DIRECTORY NAME inside     on it: becomes the container
#
# container/NAME/terminal has "PID TICKS TTY" as soon as the container is about to start: the process that leads the session on the terminal, and
# its name. It is "-" where the machine has nothing to make one with, and the container none. Bash 4.2 or later.

LC_ALL=C
PATH=${PATH:+$PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export -n LC_ALL
umask 077
unset -v BASH_ENV ENV CDPATH

job=$1
name=$2
il_files=$job/container/$name
# shellcheck source-path=SCRIPTDIR source=become.sh
. "${BASH_SOURCE%/*}/become.sh"
# shellcheck source-path=SCRIPTDIR source=pty.sh
. "${BASH_SOURCE%/*}/pty.sh"

become_container() { # TTY
  start_ticks "$$"
  printf '%s %s %s\n' "$$" "$TICKS" "$1" >"$il_files/terminal"
  if read_list "$il_files/enter"; then
    exec "${il_list[@]}" "$BASH" "${0%/*}/enter.sh" "$job" "$name"
  fi
  il_session=()
  become
}

if [[ ${3-} == inside ]]; then
  forget_environment
  begin_on_terminal 80 24
  become_container "$(readlink /proc/self/fd/0)"
elif find_terminal_maker "$0" "$job" "$name" inside; then
  export PATH
  exec "${pty_argv[@]}"
fi
forget_environment
become_container -
