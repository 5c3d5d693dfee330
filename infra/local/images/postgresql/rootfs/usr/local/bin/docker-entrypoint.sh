#!/bin/sh
# Starts PostgreSQL with the settings its official image takes: POSTGRES_USER, POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE,
# POSTGRES_DB, PGDATA, and scripts in /docker-entrypoint-initdb.d that run once, against a server no one else can reach.
set -eu

case "${1:-postgres}" in
  -*) set -- postgres "$@" ;;
esac
if [ "${1:-}" != postgres ]; then exec "$@"; fi

: "${PGDATA:=/var/lib/postgresql/data}"
: "${POSTGRES_USER:=postgres}"
: "${POSTGRES_DB:=$POSTGRES_USER}"
export PGDATA
sockets=/var/run/postgresql

fail() {
  echo "postgresql: $*" >&2
  exit 1
}

password() {
  if [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then
    cat "$POSTGRES_PASSWORD_FILE"
  elif [ -n "${POSTGRES_PASSWORD:-}" ]; then
    printf '%s\n' "$POSTGRES_PASSWORD"
  else
    fail 'set POSTGRES_PASSWORD_FILE or POSTGRES_PASSWORD'
  fi
}

run_sql() {
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --host "$sockets" --username "$POSTGRES_USER" --no-password "$@"
}

run_scripts() {
  for script in /docker-entrypoint-initdb.d/*; do
    case "$script" in
      *.sh) echo "running $script"; sh "$script" ;;
      *.sql) echo "running $script"; run_sql --dbname "$POSTGRES_DB" --file "$script" ;;
      *.sql.gz) echo "running $script"; gunzip -c "$script" | run_sql --dbname "$POSTGRES_DB" ;;
    esac
  done
}

# In a folder of its own that is renamed when all has succeeded: a start that is cut short begins again.
initialise() {
  partial="$PGDATA.initialising"
  rm -rf "$partial"
  secret="$(mktemp)"
  password > "$secret"
  initdb --pgdata "$partial" --username "$POSTGRES_USER" --pwfile "$secret" --encoding UTF8 \
    --locale-provider builtin --builtin-locale C.UTF-8 --locale C.UTF-8 --auth-local trust --auth-host scram-sha-256
  rm -f "$secret"
  printf 'host all all all scram-sha-256\n' >> "$partial/pg_hba.conf"
  printf "listen_addresses = '*'\njit = off\n" >> "$partial/postgresql.conf"

  pg_ctl --pgdata "$partial" --wait --silent --options "-c listen_addresses='' -c unix_socket_directories=$sockets" start
  if [ "$POSTGRES_DB" != postgres ]; then run_sql --dbname postgres --command "CREATE DATABASE \"$POSTGRES_DB\""; fi
  run_scripts
  pg_ctl --pgdata "$partial" --wait --silent --mode fast stop
  mkdir -p "$PGDATA"
  rmdir "$PGDATA" || fail "$PGDATA is neither empty nor a database"
  mv "$partial" "$PGDATA"
}

if [ ! -s "$PGDATA/PG_VERSION" ]; then initialise; fi
exec "$@"
