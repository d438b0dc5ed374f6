#!/bin/bash
# Puts new files into the directory of a job whose plugin does not see it; on the machine of the job, as its user.
#
#   bring.sh DIRECTORY
#
# On standard input comes a tar file in gzip in base64: volumes/VOLUME, laid out as the plugin lays out the files of a volume (the link ..data leads
# to the directory that has them), container/NAME of further containers, and the file "added". What is there already is left alone. "brought" on
# standard output says that all of it is in its place; else a line on standard error says why not. Bash 4.2 or later.

set -o pipefail
LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
umask 077
unset -v BASH_ENV ENV CDPATH
shopt -s nullglob dotglob

incoming=.incoming-$$

fail() { # SENTENCE
  printf 'interlink: %s\n' "$1" >&2
  exit 1
}

link_of() { # PATH: sets link; '' where none is
  link=
  [[ ! -L $1 ]] || link=$(readlink -- "$1")
}

renew() { # VOLUME: by the rename of one link, as the plugin does it where it sees the volume
  local from=$incoming/volumes/$1 to=volumes/$1 link generation path name before
  local -A wanted=()
  link_of "$to/..data"
  # In memory, or of the job alone.
  [[ -n $link ]] || return 0
  link_of "$from/..data"
  generation=$link
  [[ -n $generation ]] || return 0
  [[ -d $to/$generation ]] || mv -T -- "$from/$generation" "$to/$generation" || return
  for path in "$from/..data" "$from"/*; do
    [[ -L $path ]] || continue
    name=${path##*/}
    wanted[$name]=1
    # Something is mounted in what is no link.
    [[ -L $to/$name || ! -e $to/$name ]] || continue
    link_of "$to/$name"
    before=$link
    link_of "$path"
    [[ $link == "$before" ]] || mv -fT -- "$path" "$to/$name" || return
  done
  for path in "$to"/*; do
    name=${path##*/}
    [[ -z ${wanted[$name]-} && $name != "$generation" ]] || continue
    [[ ! -L $path && $name != ..* ]] || rm -rf -- "$path"
  done
}

add() { # NAME: a container, unless it is there
  mkdir -p -- "logs/$1" && { [[ -d container/$1 ]] || mv -T -- "$incoming/container/$1" "container/$1"; }
}

cd -- "$1" 2>/dev/null || fail 'the job is not here any more'
trap 'rm -rf -- "$incoming"' EXIT
if ! mkdir -- "$incoming" || ! base64 -d | tar --extract --gzip --file=- --same-permissions --no-same-owner --directory="$incoming"; then
  fail 'the files cannot be unpacked'
fi
for path in "$incoming"/volumes/*; do renew "${path##*/}" || fail "the files of the volume ${path##*/} cannot be replaced"; done
for path in "$incoming"/container/*; do add "${path##*/}" || fail "the container ${path##*/} cannot be added"; done
mv -fT -- "$incoming/added" added || fail 'the containers cannot be added'
printf 'brought\n'
