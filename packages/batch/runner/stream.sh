#!/bin/bash
# What exec, attach and port-forward run on the machine of a job, as its user, with the caller's standard streams. ID is a word of
# the caller's that nothing else contains.
#
#   stream.sh DIRECTORY exec ID NAME COUNT                  a command inside a running container
#   stream.sh DIRECTORY tty ID NAME COUNT COLUMNS ROWS      the same on a terminal
#   stream.sh DIRECTORY resize ID NAME COLUMNS ROWS         gives that terminal another size; with the ID "-" the container's own
#   stream.sh DIRECTORY attach ID NAME                      standard input goes to the container's
#   stream.sh DIRECTORY forward ID PORT                     a connection to a port of this machine
#
# The COUNT words of a command, each ended by a NUL byte, come first on standard input: on the command line of a scheduler's program every
# user of a login node could read them.
#
# On standard error "ID begin" stands as soon as only the command itself can fail, and "ID end CODE" once it has ended: the way here
# (a scheduler's own program) has exit codes and words of its own. Before "begin" there is a line that says why, and the codes are
# those of join.sh, 111 for a port on which nothing listens, and 123 where something is missing on this machine.
#
# TERM, HUP or INT end the command with all that is left of its session. What a command leaves behind in the container goes with the
# container: its session is noted in container/NAME/joined/ID, where the runner finds it. Bash 4.2 or later.

LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
umask 077
unset -v BASH_ENV ENV CDPATH

st_job=$1
st_mode=$2
st_id=$3
# shellcheck source-path=SCRIPTDIR source=become.sh
. "${BASH_SOURCE%/*}/become.sh"
# shellcheck source-path=SCRIPTDIR source=pty.sh
. "${BASH_SOURCE%/*}/pty.sh"

refuse() { # EXIT_CODE SENTENCE
  printf 'interlink: %s\n' "$2" >&2
  exit "$1"
}

close_inherited_files() { # of whoever started this program; but not the one that it is read from
  local file
  for file in /proc/self/fd/*; do
    [[ $file -ef $0 ]] || close_files "${file##*/}"
  done
}

begin() {
  printf '%s begin\n' "$st_id" >&2
}

# --- the session of a command -------------------------------------------------------------------------------------

read_command() { # COUNT: sets st_command, and st_ends to the three streams. Byte by byte: what follows is the command's own input
  local word
  st_command=()
  while ((${#st_command[@]} < $1)); do
    IFS= read -r -d '' word || refuse 123 'the words of the command did not come'
    st_command+=("$word")
  done
  # Whatever this process has as standard input, one in the background has an empty one.
  exec {word}<&0 </dev/null
  st_ends=("$word" 1 2)
}

# In place of this process, which leads a session of its own: the note first, so that whoever ends the container after join.sh saw
# it running finds the session. File 3 is the standard error of the program that waits.
become_member() { # NAME COMMAND...
  local note=$st_job/container/$1/joined tty=-
  [[ ! -t 0 ]] || tty=$(readlink /proc/self/fd/0)
  start_ticks "$$"
  if ! { { [[ -d $note ]] || mkdir -p -- "$note"; } && printf '%s %s %s\n' "$$" "$TICKS" "$tty" >"$note/$st_id"; }; then
    refuse 123 'the directory of the job cannot be written'
  fi
  exec "$BASH" "${0%/*}/join.sh" "$st_job" "$1" --ready 3 "$st_id begin" -- "${@:2}"
}

read_note() { # sets st_pid, st_ticks and st_tty
  { read -r st_pid st_ticks st_tty <"$st_job/container/$st_name/joined/$st_id"; } 2>/dev/null
}

end_members() { # with SIGKILL, until nobody is left
  local tries
  # Nothing noted yet: then it is the process that was just started.
  read_note || st_pid=$! st_ticks=0
  for ((tries = 0; tries < 20; tries++)); do
    find_members "$st_pid" "$st_ticks"
    ((${#MEMBERS[@]} > 0)) || return
    kill -KILL "${MEMBERS[@]}" 2>/dev/null
    sleep 0.01
  done
}

forget() { # the note, unless something goes on in the container
  read_note || return
  find_members "$st_pid" "$st_ticks"
  ((${#MEMBERS[@]} > 0)) || rm -f -- "$st_job/container/$st_name/joined/$st_id"
}

stop() {
  trap '' TERM HUP INT PIPE
  exec 2>/dev/null
  [[ -n $! ]] || exit 143
  kill -KILL "$!" 2>/dev/null
  end_members
  forget
  exit 143
}

# --- pipes --------------------------------------------------------------------------------------------------------

split_pipe() { # sets READ and WRITE, the two ends of a pipe
  open_pipe
  exec {READ}<"/dev/fd/$PIPE" {WRITE}>"/dev/fd/$PIPE" {PIPE}>&-
}

# The caller's streams may be sockets, which a command cannot open by their names (echo >/dev/stderr), or the terminal that a scheduler
# puts between (srun --unbuffered), which a command must not take for one: it gets pipes, and programs copy.
make_pipes() { # sets st_ends (input, output and errors of the command), st_copies (processes) and st_peeks (files that they read)
  local READ WRITE from
  [[ ! -p /dev/fd/${st_ends[0]} || ! -p /dev/fd/1 || ! -p /dev/fd/2 ]] || return
  split_pipe
  # It may wait for input that never comes, and holds nothing that somebody waits for.
  copy "${st_ends[0]}" "$WRITE" 2>/dev/null {READ}<&- &
  close_files "${st_ends[0]}" "$WRITE"
  st_ends=("$READ")
  for from in 1 2; do
    split_pipe
    st_peeks+=("$READ")
    copy "$READ" "$from" {WRITE}>&- &
    st_copies+=("$!")
    st_ends+=("$WRITE")
  done
}

copy() { # FROM TO: becomes cat(1)
  exec <&"$1" >&"$2"
  close_files "$@" "${st_ends[@]}" "${st_peeks[@]}"
  exec cat
}

close_files() { # FILE...
  local file
  for file in "$@"; do ((file < 3)) || exec {file}>&-; done
}

drain() { # until all was copied, or nothing came for a second: what the command left running may hold its output open
  local index quiet=0 alive PIPE
  open_pipe
  while ((quiet < 100)); do
    alive='' quiet=$((quiet + 1))
    for index in "${!st_copies[@]}"; do
      kill -0 "${st_copies[index]}" 2>/dev/null || continue
      alive=1
      if read -r -t 0 -u "${st_peeks[index]}"; then quiet=0; fi
    done
    [[ -n $alive ]] || return
    IFS= read -r -t 0.01 -u "$PIPE"
  done
}

supervise() { # PROGRAM...: the command, or the program that makes a terminal for it
  local code
  trap stop TERM HUP INT
  (
    # File 3 is for the marks. What this process holds open is nothing for the command.
    exec 3>&2 <&"${st_ends[0]}" >&"${st_ends[1]}" 2>&"${st_ends[2]}"
    close_files "${st_ends[@]}" "${st_peeks[@]}"
    exec "$@"
  ) &
  close_files "${st_ends[@]}"
  # What bash has to say of a signal is nothing for the caller.
  { wait "$!"; } 2>/dev/null
  code=$?
  trap '' TERM HUP INT
  drain
  forget
  printf '%s end %s\n' "$st_id" "$code" >&2
  # The mark says it; of an exit code the way here would have something to say.
  exit 0
}

# --- a terminal ---------------------------------------------------------------------------------------------------

run_on_terminal() { # COLUMNS ROWS NAME COMMAND...
  # The words of the command come by file 4: they are no words for a shell.
  exec 4< <(printf '%s\0' "$@")
  if find_terminal_maker "$0" "$st_job" inside "$st_id"; then supervise "${pty_argv[@]}"; fi
  refuse 123 'a terminal needs script(1) of util-linux, or python3, on the machine of the job'
}

become_member_inside() { # the first process on the terminal
  local words=() word
  while IFS= read -r -d '' -u 4 word; do words+=("$word"); done
  exec 4<&-
  begin_on_terminal "${words[0]}" "${words[1]}"
  become_member "${words[@]:2}"
}

resize() { # COLUMNS ROWS
  if [[ $st_id == - ]]; then
    { read -r st_pid st_ticks st_tty <"$st_job/container/$st_name/terminal"; } 2>/dev/null || return 0
  else
    read_note || return 0
  fi
  start_ticks "$st_pid"
  ((TICKS > 0 && TICKS == st_ticks)) && [[ $st_tty == /dev/* ]] || return 0
  stty -F "$st_tty" cols "$1" rows "$2"
}

# --- a port -------------------------------------------------------------------------------------------------------

# Without modules: they are a package of their own in places. sockaddr_in and sockaddr_in6 of Linux.
# shellcheck disable=SC2016
st_perl='my ($port, $id) = @ARGV; my ($socket, $error);
for my $try ([2, pack("S n C4 x8", 2, $port, 127, 0, 0, 1)], [10, pack("S n N a16 N", 10, $port, 0, ("\0" x 15) . "\1", 0)]) {
  next unless socket(my $new, $$try[0], 1, 0);
  if (connect($new, $$try[1])) { $socket = $new; last }
  $error ||= "$!";
}
unless ($socket) { print STDERR "interlink: port $port: $error\n"; exit 111 }
syswrite(STDERR, "$id begin\n");
sub copy { my ($in, $out) = @_; my $data;
  while (sysread($in, $data, 65536)) { for (my $at = 0; $at < length $data;) { $at += syswrite($out, $data, 65536, $at) || return } } }
my $child = fork;
unless ($child) { copy(\*STDIN, $socket); shutdown($socket, 1); exit 0 }
$SIG{TERM} = $SIG{HUP} = $SIG{INT} = $SIG{PIPE} = sub { kill 9, $child; exit 143 };
close(STDIN); copy($socket, \*STDOUT); kill 9, $child;
syswrite(STDERR, "$id end 0\n"); exit 0;'
st_python_forward='import os, signal, socket, sys
port, id = int(sys.argv[1]), sys.argv[2].encode()
try: link = socket.create_connection(("localhost", port))
except OSError as error:
    os.write(2, b"interlink: port %d: %s\n" % (port, str(error.strerror).encode())); sys.exit(111)
os.write(2, id + b" begin\n")
def copy(source, sink):
    while True:
        data = os.read(source, 65536)
        if not data: return
        while data: data = data[os.write(sink, data):]
child = os.fork()
if child == 0:
    try: copy(0, link.fileno()); link.shutdown(socket.SHUT_WR)
    finally: os._exit(0)
def stop(*_): os.kill(child, 9); os._exit(143)
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT): signal.signal(number, stop)
os.close(0)
try: copy(link.fileno(), 1)
except OSError: pass
os.kill(child, 9); os.write(2, id + b" end 0\n"); os._exit(0)'

forward() { # PORT
  local tool link sender
  [[ $1 == [1-9]* && $1 != *[!0-9]* ]] || refuse 123 'a port is a number'
  if find_tool perl; then
    exec "$tool" -e "$st_perl" -- "$1" "$st_id"
  elif find_tool python3; then
    exec "$tool" -I -S -c "$st_python_forward" "$1" "$st_id"
  fi
  # Bash cannot close one half of a connection: the far end never hears that the input has ended.
  { exec {link}<>"/dev/tcp/localhost/$1"; } 2>/dev/null || refuse 111 "port $1: nothing listens"
  begin
  cat <&0 >&"$link" &
  sender=$!
  cat <&"$link" &
  trap 'kill -KILL "$sender" "$!"; exit 143' TERM HUP INT
  wait "$!"
  { kill -KILL "$sender" && wait "$sender"; } 2>/dev/null
  printf '%s end 0\n' "$st_id" >&2
}

# --- the standard input of a container ----------------------------------------------------------------------------

attach() { # NAME
  local files=$st_job/container/$1 pid ticks
  { read -r pid ticks <"$files/stdin.feeder"; } 2>/dev/null && start_ticks "$pid"
  ((ticks > 0 && TICKS == ticks)) || refuse 125 "the standard input of container $1 is closed"
  begin
  exec cat >"$files/stdin.pipe"
}

cd / || exit 1
[[ $st_mode == member || $st_mode == inside ]] || close_inherited_files
st_name=${4-} st_copies=() st_peeks=()
case $st_mode in
exec)
  read_command "$5"
  make_pipes
  find_tool setsid || refuse 123 'setsid(1) of util-linux is missing on the machine of the job'
  supervise "$tool" "$BASH" "$0" "$st_job" member "$st_id" "$st_name" "${st_command[@]}"
  ;;
tty)
  read_command "$5"
  run_on_terminal "$6" "$7" "$st_name" "${st_command[@]}"
  ;;
member) become_member "${@:4}" ;;
inside) become_member_inside ;;
resize) resize "$5" "$6" ;;
attach) attach "$4" ;;
forward) forward "$4" ;;
esac
