#!/bin/sh
# As in the official image: flags alone mean mongod, and in a container it listens on every address unless told otherwise.
set -eu

case "${1:-mongod}" in
  -*) set -- mongod "$@" ;;
esac
if [ "${1:-}" != mongod ]; then exec "$@"; fi

case " $* " in
  *' --bind_ip'*) ;;
  *) set -- "$@" --bind_ip_all ;;
esac
exec "$@"
