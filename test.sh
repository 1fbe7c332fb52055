#!/usr/bin/env bash
# Installs what the tests need, builds once, runs the test projects and ends with "N passed, N failed".
#   ./test.sh            everything but --soak; the gRPC tests on the official packages and on the stand-ins, and
#                        what official Aspire publishes
#   ./test.sh --fast     without the slow projects (end to end, faults, hosting) and with one gRPC world only
#   ./test.sh --only X   only the projects whose name contains X
#   ./test.sh --faults   only the faults and the crash points, some 20 minutes (docs/operations/faults.md)
#   ./test.sh --soak N   random faults under full load for N minutes, then a table; nothing else (docs/operations/faults.md)
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. eng/install.sh
. eng/precompile.sh

# A caller that ignores Ctrl-C, as a background job does, would make the platforms under test ignore it too.
if [ -z "${EQ_TEST_SIGNALS:-}" ] && env --default-signal=INT true 2>/dev/null; then
  EQ_TEST_SIGNALS=1 exec env --default-signal=INT,QUIT "$PWD/test.sh" "$@"
fi

# Started by root, the suite also runs the platform as unprivileged accounts, which must be able to read the checkout and the
# temporary folder. A checkout that is closed to them is tested in an open copy.
as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"; }
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
  umask 022
  as_nobody test -x "${TMPDIR:-/tmp}" || export TMPDIR=/var/tmp
  if [ -z "${EQ_TEST_COPY:-}" ] && ! as_nobody test -r "$PWD/README.md"; then
    copy=$(mktemp -d "${TMPDIR:-/tmp}/eq-test-XXXXXX") && chmod 755 "$copy" && mkdir "$copy/checkout" || exit 1
    echo "The checkout is closed to unprivileged accounts; testing a copy in $copy."
    tar --exclude=./artifacts -cf - . | tar -xf - -C "$copy/checkout" && chmod -R a+rX "$copy/checkout" || exit 1
    EQ_TEST_COPY=1 "$copy/checkout/test.sh" "$@"
    code=$?
    rm -rf "$copy"
    exit $code
  fi
fi

slow='EndToEnd|Faults|Aspire'
fast=false
only=''
soak=''
while [ $# -gt 0 ]; do
  case "$1" in
    --fast) fast=true ;;
    --only) only="$2"; shift ;;
    --faults) only=Faults ;;
    --soak)
      [[ "${2:-}" =~ ^[1-9][0-9]*$ ]] || { echo "test.sh: --soak takes minutes, a whole number of 1 or more, got '${2:-nothing}'" >&2; exit 2; }
      soak="$2"; shift ;;
    --help | -h) sed -n '2,8p' "$0" | sed 's/^# \{0,1\}//'; exit 0 ;;
    *) echo "test.sh: unknown option '$1'; see --help" >&2; exit 2 ;;
  esac
  shift
done

eq_require_dotnet || exit 1
eq_install 'the tests start private servers and foreign gRPC peers' \
  postgresql pgbouncer rabbitmq-server redis-server python3-grpcio protobuf-compiler libprotobuf-dev protobuf-compiler-grpc nodejs npm util-linux mount procps || exit 1
# A browser reads the dashboard.
$fast || eq_install 'a test opens the dashboard in a browser' chromium || exit 1
# A test reads a trace back from the dashboard; it says itself how to get one when this fails.
$fast || eq_install_dashboard "$(eq_home_data)"
eq_try_official_packages

# Tests and the programs they start live for seconds and share the processors: compiling code a second time (after 2,000 ms instead of 100, in
# hexadecimal) and threads that spin while they wait for work would cost more than they bring.
export DOTNET_TieredPGO=0 DOTNET_TC_CallCountingDelayMs=7D0 DOTNET_ThreadPool_UnfairSemaphoreSpinLimit=0

# Random faults for as long as asked, with the table at the end.
if [ -n "$soak" ]; then
  echo '== build'
  dotnet build tests/EasyQuant.Faults.Tests -c Release -v q -clp:NoSummary --nologo || exit 1
  eq_precompile
  table="$PWD/artifacts/soak.txt"
  rm -f "$table"
  echo "== soak of $soak minutes"
  EQ_SOAK_MINUTES="$soak" EQ_SOAK_TABLE="$table" dotnet test artifacts/bin/EasyQuant.Faults.Tests/release/EasyQuant.Faults.Tests.dll --nologo \
    --filter 'FullyQualifiedName~SoakTests' >"$PWD/artifacts/soak.log" 2>&1
  code=$?
  [ "$code" -eq 0 ] || tail -n 60 "$PWD/artifacts/soak.log"
  cat "$table" 2>/dev/null
  exit "$code"
fi

echo '== build'
dotnet build EasyQuant.Aspire.sln -c Release -v q -clp:NoSummary --nologo || exit 1
# The fault tests wait for starts more than for anything else.
if ! $fast && [[ Faults == *"$only"* ]]; then eq_precompile; fi

results="$PWD/artifacts/test-results"
rm -rf "$results" && mkdir -p "$results"

# One pair of servers for the whole run; every test makes its own database and virtual host in it.
servers_out="$results/servers.env"
servers_pid=''
start_servers() {
  mkfifo "$results/servers.stdin"
  dotnet artifacts/bin/EasyQuant.Testing/release/EasyQuant.Testing.dll serve \
    <"$results/servers.stdin" >"$servers_out" 2>"$results/servers.err" &
  servers_pid=$!
  exec 7>"$results/servers.stdin"
  for _ in $(seq 1 240); do
    grep -q '^EQ_TEST_RABBITMQ=' "$servers_out" 2>/dev/null && break
    kill -0 "$servers_pid" 2>/dev/null || { cat "$results/servers.err" >&2; return 1; }
    sleep 0.5
  done
  local line
  while IFS= read -r line; do [[ "$line" == EQ_TEST_*=* ]] && export "${line?}"; done <"$servers_out"
}
stop_servers() {
  [ -n "$servers_pid" ] || return 0
  exec 7>&-
  for _ in $(seq 1 60); do kill -0 "$servers_pid" 2>/dev/null || break; sleep 0.5; done
  kill -0 "$servers_pid" 2>/dev/null && kill -9 "$servers_pid"
  servers_pid=''
}
trap stop_servers EXIT

passed=0
failed=0
broken=''

# count NAME CODE: adds what the results of NAME say; CODE is how its test run ended.
count() {
  local name="$1" code="$2" counters project_passed project_failed
  counters=$(grep -o '<Counters [^>]*' "$results/$name.trx" 2>/dev/null | head -n 1)
  project_passed=$(sed -n 's/.* passed="\([0-9]*\)".*/\1/p' <<<"$counters")
  project_failed=$(sed -n 's/.* failed="\([0-9]*\)".*/\1/p' <<<"$counters")
  passed=$((passed + ${project_passed:-0}))
  failed=$((failed + ${project_failed:-0}))
  echo "   ${project_passed:-0} passed, ${project_failed:-0} failed"
  if [ "$code" -ne 0 ]; then
    grep -vE '^\s*$' "$results/$name.log" | tail -n 80
    [ "${project_failed:-0}" -gt 0 ] || broken="$broken $name"
  fi
  [ "${project_passed:-0}" -gt 0 ] || broken="$broken $name"
}

servers_up=false
for project in tests/*.Tests; do
  name=$(basename "$project")
  [ -z "$only" ] || [[ "$name" == *"$only"* ]] || continue
  if $fast && [[ "$name" =~ $slow ]]; then continue; fi
  if ! $servers_up && [[ "$name" =~ Nodes|Platform|Services ]]; then
    echo '== servers'; start_servers || exit 1; servers_up=true
  fi
  echo "== $name"
  filter=()
  [[ "$name" == *EndToEnd* ]] && filter=(--filter 'Suite!=official')
  if [[ "$name" == *Faults* ]]; then filter=(--filter 'FullyQualifiedName!~SoakTests'); fi
  dotnet test "artifacts/bin/$name/release/$name.dll" --nologo --blame-hang --blame-hang-timeout 10m "${filter[@]}" \
    --logger "trx;LogFileName=$name.trx" --results-directory "$results" >"$results/$name.log" 2>&1
  count "$name" $?
done
stop_servers

# The other gRPC world: where the registry serves the official packages, the stand-ins are held to the same calls.
other=artifacts/standins
name=EasyQuant.Interop.Tests
if ! $fast && [[ "$name" == *"$only"* ]] && [ "$(dotnet msbuild "tests/$name" -getProperty:GrpcPackages 2>/dev/null)" = official ]; then
  echo "== $name on the stand-ins"
  if dotnet build "tests/$name" -c Release -v q -clp:NoSummary --nologo -p:Packages=standins -p:ArtifactsPath="$PWD/$other"; then
    dotnet test "$other/bin/$name/release/$name.dll" --nologo --blame-hang --blame-hang-timeout 10m \
      --filter 'FullyQualifiedName!~.Columnar.' \
      --logger "trx;LogFileName=$name.standins.trx" --results-directory "$results" >"$results/$name.standins.log" 2>&1
    count "$name.standins" $?
  else
    broken="$broken $name.standins"
  fi
fi

# The other Aspire: what it publishes. Its packages are large and not everywhere; where they are missing this is left out.
other=artifacts/official
name=EasyQuant.EndToEnd.Tests
if ! $fast && [[ "$name" == *"$only"* ]]; then
  echo "== $name on official Aspire"
  if ! timeout 300 dotnet restore AppHost -v q --nologo -p:AspirePackages=official -p:ArtifactsPath="$PWD/$other" >"$results/official.restore.log" 2>&1; then
    echo "   left out: the registry did not serve the official packages of Aspire in 5 minutes: $(grep -m 1 -o 'error .*' "$results/official.restore.log" || echo 'no answer')"
  elif dotnet build AppHost -c Release -v q -clp:NoSummary --nologo --no-restore -p:AspirePackages=official -p:BuildProjectReferences=false -p:ArtifactsPath="$PWD/$other"; then
    dotnet test "artifacts/bin/$name/release/$name.dll" --nologo --blame-hang --blame-hang-timeout 10m --filter 'Suite=official' \
      --logger "trx;LogFileName=$name.official.trx" --results-directory "$results" >"$results/$name.official.log" 2>&1
    count "$name.official" $?
  else
    broken="$broken $name.official"
  fi
fi

for name in $broken; do
  echo "$name ended without a result or without a passed test" >&2
  failed=$((failed + 1))
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
