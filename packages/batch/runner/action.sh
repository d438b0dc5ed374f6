#!/bin/bash
# Carries out one probe or hook of a container of a job, as container/NAME/KIND says: a word and its arguments, ended by NUL bytes.
#
#   action.sh DIRECTORY NAME KIND        KIND is a file's name: startup, readiness, liveness, postStart, preStop
#   action.sh DIRECTORY NAME up          without a file: whether it is running its program
#
#   exec ARGV...                         inside the container
#   http HOST PORT REQUEST OPTIONS       REQUEST in plain HTTP, OPTIONS the same for curl; https: by curl alone
#   tcp HOST PORT
#   grpc HOST PORT SERVICE               the request of the standard health service is in container/NAME/KIND.frame
#   sleep SECONDS
#
# Exit codes: 0 when it passed, else what it printed says why. With a line that starts with "interlink: " as join.sh: 125 when the container
# is not running (yet), 124 when it cannot be done here. How long it may take is the runner's business. Bash 4.2 or later.

LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
unset -v BASH_ENV ENV CDPATH

job=$1
name=$2
kind=$3
directory=${BASH_SOURCE%/*}
# shellcheck source-path=SCRIPTDIR source=become.sh
. "$directory/become.sh"

fail() { # EXIT_CODE SENTENCE
  printf '%s\n' "$2"
  exit "$1"
}

is_installed() { # PROGRAM
  local path
  path=$(type -P "$1") && [[ -x $path ]]
}

judge_status() { # STATUS: a hook is content with any answer
  [[ $1 == [1-5][0-9][0-9] ]] || fail 1 "no answer in HTTP from $host:$port"
  [[ $kind == postStart || $kind == preStop || $1 == [23]* ]] || fail 1 "HTTP probe failed with statuscode: $1"
  exit 0
}

ask_with_curl() { # OPTIONS
  local status
  # By its input, since everybody can read a command line.
  status=$(curl --disable --config - --silent --show-error --insecure --noproxy '*' --output /dev/null --write-out '%{http_code}' 2>&1 <<<"$1")
  case $? in
  0) judge_status "$status" ;;
  *) fail 1 "${status%%$'\n'*}" ;;
  esac
}

connect() { # sets connection
  { exec {connection}<>"/dev/tcp/$host/$port"; } 2>/dev/null || fail 1 "no connection to $host:$port"
}

ask_by_hand() { # REQUEST
  local version status rest
  connect
  printf '%s' "$1" >&"$connection"
  read -r version status rest <&"$connection"
  status=${status%$'\r'}
  [[ $version == HTTP/* ]] || status=
  judge_status "$status"
}

ask_health_service() { # SERVICE
  if is_installed grpc_health_probe; then
    exec grpc_health_probe "-addr=$host:$port" "-service=$1" -connect-timeout=1h -rpc-timeout=1h
  fi
  [[ $(curl --version 2>/dev/null) == *HTTP2* ]] ||
    fail 124 'interlink: gRPC needs grpc_health_probe or a curl with HTTP/2 on the machine'
  read_list /dev/stdin < <(
    curl --disable --silent --show-error --noproxy '*' --http2-prior-knowledge --header 'content-type: application/grpc' \
      --header 'te: trailers' --data-binary "@$job/container/$name/$kind.frame" "http://$host:$port/grpc.health.v1.Health/Check" 2>&1
    printf '\0'
  )
  # A frame of two bytes, without compression: field 1 is 1, SERVING.
  [[ "${#il_list[@]} ${il_list[*]}" == $'5     \002\010\001' ]] && exit 0
  fail 1 "service unhealthy (responded with \"${il_list[*]:0:64}\")"
}

if [[ $kind == up ]]; then exec "$BASH" "$directory/join.sh" "$job" "$name"; fi
if ! read_list "$job/container/$name/$kind"; then fail 1 "there is no $kind"; fi
host=${il_list[1]-}
port=${il_list[2]-}
case ${il_list[0]} in
exec) exec "$BASH" "$directory/join.sh" "$job" "$name" -- "${il_list[@]:1}" ;;
http)
  if is_installed curl; then ask_with_curl "${il_list[4]}"; else ask_by_hand "${il_list[3]}"; fi
  ;;
https)
  is_installed curl || fail 124 'interlink: HTTPS needs curl on the machine'
  ask_with_curl "${il_list[4]}"
  ;;
tcp) connect ;;
grpc) ask_health_service "${il_list[3]}" ;;
sleep) exec sleep "${il_list[1]}" ;;
esac
