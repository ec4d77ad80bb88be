#!/bin/sh
# Runs PostgreSQL from this machine's own programs until it is told to end; makes its data, with the database flipr, the first time.
# Usage: PGPORT=<port> local-postgres.sh <folder of PostgreSQL's programs> <folder that holds the file password, and the data>
set -eu
bin=$1 home=$2
data=$home/data

# PostgreSQL refuses to run as root: its own user takes over. The folders above may be root's alone, so it is let through them.
as_owner=
if [ "$(id -u)" = 0 ]; then
  if ! id postgres >/dev/null 2>&1; then
    echo "Root cannot run PostgreSQL, and this machine has no user named postgres. Make one (useradd postgres), or start the app host as another user." >&2
    exit 1
  fi
  as_owner='setpriv --reuid=postgres --regid=postgres --clear-groups --inh-caps=+dac_override --ambient-caps=+dac_override --'
fi

# A server that outlived an app host is ended first. PostgreSQL sees for itself that a server is gone, but not that its number is another process's by now.
if [ -f "$data/postmaster.pid" ]; then
  read -r old <"$data/postmaster.pid" || old=0
  case $(ps -o args= -p "$old" 2>/dev/null || true) in
    *"$data"*)
      case $(ps -o args= -p "$(ps -o ppid= -p "$old" | tr -d ' ')" 2>/dev/null || true) in
        *local-postgres.sh*)
          echo "Another app host runs PostgreSQL on $data (process $old). Stop it, or set FLIPR_POSTGRES_DATA to another folder." >&2
          exit 1
          ;;
      esac
      echo "Ending the PostgreSQL that an earlier run left behind (process $old)."
      $as_owner "$bin/pg_ctl" stop -D "$data" -m fast -w -t 60
      ;;
    '') ;;
    *) rm -f "$data/postmaster.pid" ;;
  esac
fi

# Made beside its place and moved there when it is whole: what was interrupted is begun anew.
if [ ! -d "$data" ]; then
  echo "Making a PostgreSQL database in $data ..."
  rm -rf "$data.new"
  mkdir -m 700 "$data.new"
  [ -z "$as_owner" ] || chown postgres "$data.new"
  $as_owner "$bin/initdb" -D "$data.new" -U postgres -E UTF8 --locale=C --auth=scram-sha-256 --pwfile="$home/password" >/dev/null
  echo 'CREATE DATABASE flipr' | $as_owner "$bin/postgres" --single -D "$data.new" postgres >/dev/null
  mv "$data.new" "$data"
fi

# The app host ends a resource by TERM, which to PostgreSQL means: when the last client has gone. INT means: now, and cleanly.
$as_owner "$bin/postgres" -D "$data" -c listen_addresses=127.0.0.1 -c unix_socket_directories= &
server=$!
trap 'kill -INT "$server"' TERM INT HUP
status=0
wait "$server" || status=$?
while kill -0 "$server" 2>/dev/null; do # A signal ends the wait before the server has ended.
  status=0
  wait "$server" || status=$?
done
exit "$status"
