#!/bin/bash
# Tells on standard output what a job writes into its directory, for a plugin that does not see it; on the machine of the job, as its user.
#
#   mirror.sh DIRECTORY
#
# On standard input it reads lines: "have PATH SIZE" for what the plugin has of a file that only grows, "go" after the last of them,
# "grace SECONDS" before the job is told to end, and "stored" as the answer to "end". It ends with its input.
# It writes
#   file PATH LENGTH            and LENGTH bytes: the whole of a small file that is new or has changed
#   append PATH OFFSET LENGTH   and LENGTH bytes
#   taken                       the grace period is where the runner finds it
#   end                         nothing more will come
# What was in a log before a state was written comes before that state. Exit code 3: the job is not here. Bash 4.2 or later.

LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
umask 077
unset -v BASH_ENV ENV CDPATH
shopt -s nullglob

# A scheduler that ends a job at its time limit signals this process as well; the runner's last words are still to come.
trap '' TERM INT HUP

most=$((4 * 1024 * 1024))
declare -A size_of file_of sent_of
stamp=$1/.mirror-$$
ending=''

cd -- "$1" 2>/dev/null || exit 3
trap 'rm -f -- "$stamp"' EXIT

tell_file() { # PATH TEXT
  [[ ${sent_of[$1]-} == "$2" ]] && return
  printf 'file %s %s\n%s' "$1" "${#2}" "$2"
  sent_of[$1]=$2
}

tell_growth() { # PATH SIZE
  local offset=${size_of[$1]:-0} length file=${file_of[$1]-}
  if [[ -z $file ]]; then
    # Kept open: the runner removes the log of the run before the last.
    exec {file}<"$1" || return
    file_of[$1]=$file
    ((offset == 0)) || head -c "$offset" <&"$file" >/dev/null
  fi
  while ((offset < $2)); do
    length=$(($2 - offset))
    ((length <= most)) || length=$most
    printf 'append %s %s %s\n' "$1" "$offset" "$length"
    head -c "$length" <&"$file"
    offset=$((offset + length))
    size_of[$1]=$offset
  done
}

tell_logs() {
  local paths=() path size changed=()
  paths=(job.out logs/*/*.log logs/*/*.times)
  # Without a process for as long as nothing is written. Of two times that look the same one may be the later.
  for path in "${paths[@]}"; do
    [[ -e $path ]] && [[ -n $ending || ! $stamp -nt $path ]] && changed+=("$path")
  done
  ((${#changed[@]} > 0)) || return
  printf . >"$stamp"
  while read -r size path; do tell_growth "$path" "$size"; done < <(stat -c '%s %n' -- "${changed[@]}" 2>/dev/null)
}

tell_all() {
  local path text
  local -A text_of=()
  # First the states, then the logs, which have at least what was written before those; then the states are told.
  for path in job.id stopping state/*.json outcome.json; do
    text=
    [[ -s $path ]] && IFS= read -r -d '' text <"$path"
    [[ -z $text ]] || text_of[$path]=$text
  done
  tell_logs
  for path in job.id stopping state/*.json; do
    [[ -z ${text_of[$path]-} ]] || tell_file "$path" "${text_of[$path]}"
  done
  [[ -n ${text_of[outcome.json]-} && -z $ending ]] || return
  # The states that come before it are final now.
  ending=1
  tell_all
  tell_file outcome.json "${text_of[outcome.json]}"
  printf 'end\n'
}

take_line() { # WORD MORE
  case $1 in
  grace)
    if [[ $2 =~ ^[0-9]+$ ]] && printf '%s\n' "$2" >.grace.new; then mv -f -- .grace.new grace; fi
    printf 'taken\n'
    ;;
  stored)
    printf . >delivered
    exit 0
    ;;
  esac
}

printf 'interlink-mirror 1\n'
while read -r word path size; do
  [[ $word == go ]] && break
  [[ $word == have && $size =~ ^[0-9]+$ ]] && size_of[$path]=$size
done
[[ $word == go ]] || exit 0

idle=0
while :; do
  before=${#sent_of[@]} total="${size_of[*]}"
  tell_all
  # Half a second is the longest that somebody who follows a log should wait.
  if [[ "${size_of[*]}" == "$total" && ${#sent_of[@]} == "$before" ]]; then idle=$((idle + 1)); else idle=0; fi
  tick=0.1
  ((idle < 10)) || tick=0.3
  if read -r -t "$tick" word more; then
    take_line "$word" "$more"
  elif (($? <= 128)); then
    exit 0
  fi
done
