#!/usr/bin/env bash
# Builds everything and runs every test: ./test.sh
# Installs the tools that some tests need where apt-get and root allow it; else those tests are skipped, each by name.
# Ends with one line: N passed, N failed, N skipped.
set -euo pipefail
cd "$(dirname "$0")"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
results=artifacts/test-results
log=artifacts/test.log
rm -rf "$results"
mkdir -p "$results"

# --- Tools ----------------------------------------------------------------------------------------------------------------------------

any_of() { local tool; for tool; do if command -v "$tool" >/dev/null; then return 0; fi; done; return 1; }
has_browser() { any_of chromium chromium-browser google-chrome google-chrome-stable; }
has_postgres() { any_of initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
has_pgbouncer() { any_of pgbouncer || [[ -x /usr/sbin/pgbouncer ]]; }
has_nginx() { any_of nginx || [[ -x /usr/sbin/nginx ]]; }
has_ip() { any_of ip || [[ -x /usr/sbin/ip ]]; }
has_node() { any_of node && any_of npm && node -e 'const [major, minor] = process.versions.node.split("."); process.exit(major * 100 + +minor >= 2019 ? 0 : 1)'; }
has_native_tools() { any_of clang && [[ -e /usr/include/zlib.h ]]; }

can_install() { [[ $(id -u) == 0 ]] && any_of apt-get; }

packages=()
has_browser || packages+=(chromium)
has_postgres || packages+=(postgresql)
has_pgbouncer || packages+=(pgbouncer)
has_nginx || packages+=(nginx)
has_ip || packages+=(iproute2)
has_node || packages+=(nodejs npm)
has_native_tools || packages+=(clang zlib1g-dev)
if ((${#packages[@]})) && can_install; then
  echo "Installing for the tests: ${packages[*]}"
  if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${packages[@]}"; } >"$log" 2>&1; then
    tail -n 20 "$log"
    echo 'apt-get could not install them; going on without.'
  fi
fi
missing=()
has_browser || missing+=('chromium (browser tests)')
has_postgres || missing+=('postgresql (tests on PostgreSQL)')
has_pgbouncer || missing+=('pgbouncer (tests behind a transaction-mode pooler)')
has_nginx || missing+=('nginx (tests behind a proxy that terminates TLS)')
has_ip || missing+=('iproute2 (the rehearsal of Render, at addresses of its own)')
has_node || missing+=('node 20.19 or newer with npm (the test frontend, tests with the real Socket.IO clients)')
has_native_tools || missing+=('clang and zlib1g-dev (tests of the published native program)')
for tool in "${missing[@]}"; do echo "Missing: $tool. Those tests are skipped."; done

# --- Build: warnings and wrong formatting are errors ------------------------------------------------------------------------------------

# The app host needs the Aspire packages, which not every package source has. That one of them is not there is a reason to leave the app host and its
# tests out, and the only one: whatever else goes wrong is a failure.
echo 'Building ...'
solution=Flipr.slnx
apphost_skipped=
if ! { dotnet restore Flipr.AppHost && dotnet restore tests/Flipr.AppHost.Tests; } >"$log" 2>&1; then # The first alone says that an SDK is not there.
  missing_packages=$(grep -oE 'Unable to (find package|resolve) .?Aspire\.[A-Za-z0-9.-]*[A-Za-z0-9]' "$log" | grep -oE 'Aspire\..*' | sort -u | paste -sd ' ' || true)
  # Each error is about such a package, or is what MSBuild says besides of an SDK that is not there.
  other_errors=$(grep ': error ' "$log" | grep -vE ': error .*(Aspire\.|SDK resolver .* returned null)' || true)
  if [[ -z $missing_packages || $other_errors ]]; then
    cat "$log"
    echo 'The app host cannot be restored.'
    echo '0 passed, 1 failed, 0 skipped'
    exit 1
  fi
  apphost_skipped="the package source has no $missing_packages"
  solution=artifacts/Flipr.WithoutAspire.slnx
  sed '/Flipr\.AppHost/d; s|<Project Path="|&../|' Flipr.slnx >"$solution"
fi
if ! dotnet build "$solution" -c Release -v q --nologo >"$log" 2>&1; then
  cat "$log"
  echo 'The build failed.'
  echo '0 passed, 1 failed, 0 skipped'
  exit 1
fi
grep -o 'warning [A-Z0-9]*:.*' "$log" | sort -u || true

# --- Tests ------------------------------------------------------------------------------------------------------------------------------

# Runs one project; its block of output is printed at once when it has ended, and its numbers go to $results/NAME.counts.
run_project() {
  local project=$1 name log trx status=0 started=$SECONDS counters
  name=$(basename "$project" .csproj)
  log=artifacts/$name.log trx=$results/$name.trx
  echo "Testing $name ..."
  dotnet test "$project" -c Release --no-build -v m --nologo --logger "trx;LogFileName=$name.trx" --results-directory "$results" \
    --blame-hang-timeout 4m --blame-hang-dump-type none >"$log" 2>&1 || status=$?

  counters=$(grep -o '<Counters [^>]*' "$trx" 2>/dev/null || true)
  count() { local n; n=$(sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<" $counters"); echo "${n:-0}"; }
  local passed failed skipped
  passed=$(count passed) failed=$(($(count failed) + $(count error) + $(count timeout) + $(count aborted)))
  skipped=$(($(count total) - passed - failed))
  {
    if ((status != 0 || passed + failed + skipped == 0)); then
      cat "$log"
      # The test process died or found no test: a failure of its own, whatever else has failed.
      if ((failed == 0)) || grep -q '^Test Run Aborted' "$log"; then failed=$((failed + 1)); fi
    fi
    echo "  $name: $passed passed, $failed failed, $skipped skipped, $((SECONDS - started)) s"

    # Each skipped test with its reason, the first line of its message.
    if [[ -f $trx ]]; then
      awk '
        /<UnitTestResult / { skipped = /outcome="NotExecuted"/; match($0, /testName="[^"]*"/); test = substr($0, RSTART + 10, RLENGTH - 11) }
        skipped && /<Message>/ { sub(/.*<Message>/, ""); sub(/<\/Message>.*/, ""); print "  skipped: " test ": " $0; skipped = 0 }
      ' "$trx" | sort | sed 's/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&amp;/\&/g'
    fi
  } >"$results/$name.txt"
  cat "$results/$name.txt"
  echo "$passed $failed $skipped" >"$results/$name.counts"
}

# The end-to-end tests need what is deployed, published by the Dockerfile's command.
run_end_to_end() {
  if has_native_tools && has_node; then
    echo 'Publishing ...'
    if ! dotnet publish Flipr.Api -c Release -o artifacts/publish -v q --nologo >artifacts/publish.log 2>&1; then
      cat artifacts/publish.log
      echo 'Publishing failed.'
      echo '0 1 0' >"$results/publish.counts"
      return
    fi
  fi
  run_project tests/Flipr.EndToEnd.Tests/Flipr.EndToEnd.Tests.csproj
}

# Two lanes of about the same length, side by side: their projects share nothing, and both often wait.
run_first_lane() {
  run_end_to_end
  run_project tests/Flipr.SocketIO.Tests/Flipr.SocketIO.Tests.csproj
}

run_second_lane() { # All others, also those that are yet to come.
  local project
  for project in tests/*/*.Tests.csproj; do # not the fuzzer (docs/fuzzing.md), not the AOT application (tests/aot.sh)
    case $project in
      *Flipr.EndToEnd.Tests.csproj | *Flipr.SocketIO.Tests.csproj) ;;
      *Flipr.AppHost.Tests.csproj)
        if [[ $apphost_skipped ]]; then
          echo "  skipped: Flipr.AppHost.Tests: $apphost_skipped"
          echo '0 0 1' >"$results/Flipr.AppHost.Tests.counts"
        else
          run_project "$project"
        fi
        ;;
      *) run_project "$project" ;;
    esac
  done
}

# Each in a process group of its own, so that an interrupted run ends whatever they have started.
set -m
run_first_lane &
first=$!
run_second_lane &
second=$!
trap 'kill -- "-$first" "-$second" 2>/dev/null; exit 130' INT TERM
died=0
wait "$first" || died=$((died + 1))
wait "$second" || died=$((died + 1))
cat "$results"/*.counts 2>/dev/null | awk -v died="$died" '
  { passed += $1; failed += $2; skipped += $3 }
  END { failed += died; printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped; exit !(failed == 0 && passed > 0) }'
