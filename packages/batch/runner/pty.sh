# shellcheck shell=bash disable=SC2034 # variables that are used where this is sourced
# Sourced by the programs beside it: how a program gets a terminal.

find_tool() { # NAME: sets tool
  # Of what is not executable type(1) knows the path all the same.
  tool=$(type -P "$1") && [[ -x $tool ]]
}

# The program that makes a terminal starts ours by its name, with words that come by variables: nothing is ever read as shell text.
# shellcheck disable=SC2016
pty_inside='exec "$pty_bash" "$pty_program" "$pty_first" "$pty_second" "$pty_third"'
pty_python='import os, pty, sys
closed = False
def read(fd):
    global closed
    data = os.read(fd, 4096)
    if not data and not closed:
        closed = True
        return b"\4"
    return data
status = pty.spawn(sys.argv[1:], stdin_read=read)
sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))'

find_terminal_maker() { # PROGRAM FIRST SECOND THIRD: sets pty_argv, which runs that program of ours on a terminal and has its exit code
  local tool
  export SHELL=/bin/sh TERM=xterm pty_bash=$BASH pty_program=$1 pty_first=$2 pty_second=$3 pty_third=$4
  if find_tool script; then
    pty_argv=("$tool" -q -e -f -c "$pty_inside" /dev/null)
  elif find_tool python3; then
    pty_argv=("$tool" -I -S -c "$pty_python" "$BASH" "$@")
  else
    return 1
  fi
}

begin_on_terminal() { # COLUMNS ROWS: what makes the terminal turns the echo off where its own input is none
  stty sane cols "$1" rows "$2"
}
