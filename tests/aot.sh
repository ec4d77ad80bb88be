#!/usr/bin/env bash
# Shows that the Socket.IO library is clean for trimming and native AOT: tests/aot.sh
# Publishes tests/Flipr.SocketIO.AotApp as a native program (any IL warning is an error), starts it, and talks to it.
# Needs clang and zlib's headers; installs them where apt-get and root allow it.
set -euo pipefail
cd "$(dirname "$0")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

packages=()
command -v clang >/dev/null || packages+=(clang)
[[ -e /usr/include/zlib.h ]] || packages+=(zlib1g-dev)
command -v node >/dev/null || packages+=(nodejs)
if ((${#packages[@]})); then
  if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
    echo "Missing: ${packages[*]}. Install them and try again."
    exit 1
  fi
  echo "Installing: ${packages[*]}"
  mkdir -p artifacts
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${packages[@]}"; } >artifacts/aot-install.log 2>&1 \
    || { tail -n 20 artifacts/aot-install.log; exit 1; }
fi

echo 'Publishing ...'
rm -rf artifacts/aot
dotnet publish tests/Flipr.SocketIO.AotApp -c Release -p:Aot=true -o artifacts/aot -v q --nologo
program=artifacts/aot/Flipr.SocketIO.AotApp
[[ -x $program && ! -e $program.dll ]] || { echo 'That is no native program.'; exit 1; }
echo "Binary: $(($(stat -c %s "$program") / 1024)) KiB"

log=artifacts/aot.log
ASPNETCORE_URLS=http://127.0.0.1:0 Logging__LogLevel__Default=Warning "$program" >"$log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true' EXIT
for ((i = 0; i < 100; i++)); do
  if grep -q '^Ready' "$log"; then break; fi
  kill -0 "$server" 2>/dev/null || break
  sleep 0.1
done
grep '^Ready' "$log" || { cat "$log"; echo 'It did not start.'; exit 1; }
url=$(grep -o 'http://[0-9.]*:[0-9]*' "$log" | head -n 1)

node tests/Flipr.SocketIO.AotApp/client.mjs "$url" || { cat "$log"; exit 1; }
echo "Memory: $(awk '/^VmRSS/ { print $2 }' "/proc/$server/status") KiB resident"
if grep -qE '^(warn|fail|crit)' "$log"; then
  cat "$log"
  echo 'It logged a warning.'
  exit 1
fi
kill -TERM "$server"
wait "$server" || { echo "It ended with $?."; exit 1; }
trap - EXIT
echo 'Native AOT: passed.'
