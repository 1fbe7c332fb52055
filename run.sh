#!/usr/bin/env bash
# Installs what is missing, builds what changed, starts the whole platform and prints its addresses.
#   ./run.sh                  start; Ctrl-C stops everything
#   ./run.sh --demo           start, run the samples, print their tables, write one HTML page, stop
#   ./run.sh --demo --output DIR   where the demo writes its page and tables (default: DATA/demo)
#   ./run.sh --no-dashboard   without the Aspire dashboard
#   ./run.sh --infrastructure external --ConnectionStrings:easyquant=... --ConnectionStrings:messaging=...
#                             on a PostgreSQL database and a RabbitMQ that run already
#   ./run.sh --redis          with a Redis of its own, for process groups with mqType redis
#   ./run.sh --data DIR       keep all data in DIR (default: /var/lib/easyquant for root,
#                             ${XDG_STATE_HOME:-~/.local/state}/easyquant for others)
# Further options go to the AppHost, for example --Parameters:postgres-password=...
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. eng/install.sh
. eng/precompile.sh

data="$(eq_home_data)"
demo=false
dashboard=true
output=''
infrastructure=own
redis=''
rest=()
while [ $# -gt 0 ]; do
  case "$1" in
    --demo) demo=true ;;
    --no-dashboard) dashboard=false ;;
    --redis) redis=redis-server; rest+=("$1") ;;
    --data) [ $# -gt 1 ] || { echo 'run.sh: --data needs a directory' >&2; exit 2; }; data="$2"; shift ;;
    --output) [ $# -gt 1 ] || { echo 'run.sh: --output needs a directory' >&2; exit 2; }; output="$2"; shift ;;
    --help | -h) sed -n '2,12p' "$0" | sed 's/^# \{0,1\}//'; exit 0 ;;
    --infrastructure) [ $# -gt 1 ] || { echo 'run.sh: --infrastructure needs own or external' >&2; exit 2; }; rest+=("$1" "$2"); infrastructure="$2"; shift ;;
    --*=*) rest+=("$1") ;;
    *) echo "run.sh: unknown option '$1'; see --help" >&2; exit 2 ;;
  esac
  shift
done
mkdir -p "$data" || { echo "run.sh: cannot make the data directory '$data'; choose another one with --data DIR" >&2; exit 1; }
data="$(cd "$data" && pwd)"
output="${output:-$data/demo}"

# The platform: servers, services, dashboard.
install_servers() {
  local servers='postgresql rabbitmq-server'
  [ "$infrastructure" = external ] && servers=''
  # shellcheck disable=SC2086
  eq_install 'the platform keeps its data in its own PostgreSQL and sends its work through its own RabbitMQ' $servers $redis util-linux mount || return 1
  if [ "$(id -u)" -eq 0 ] && ! id easyquant >/dev/null 2>&1 && command -v useradd >/dev/null; then
    echo 'Adding the account easyquant: the services run as it, without the rights of root.'
    useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin easyquant
  fi
}

# Builds in Release, and only when a source file changed since the last build.
build() {
  local mark=artifacts/run.fingerprint fingerprint
  fingerprint=$( { dotnet --version; find . \( -path ./artifacts -o -path ./.git -o -path ./tests -o -path ./bench -o -name node_modules \) -prune -o \
    -type f ! -name '*.sh' ! -name '*.md' -printf '%p %s %T@\n' | LC_ALL=C sort; } | sha256sum)
  if [ -f "$mark" ] && [ "$(cat "$mark")" = "$fingerprint" ] && [ -f artifacts/bin/EasyQuant.AppHost/release/EasyQuant.AppHost.dll ]; then
    eq_is_precompiled || eq_precompile
    return 0
  fi
  echo 'Building.'
  mkdir -p artifacts
  local project
  for project in AppHost samples clients/cli; do
    dotnet build "$project" -c Release -v q --nologo >artifacts/run.build.log 2>&1 ||
      { grep -E 'error|warning' artifacts/run.build.log | sort -u | head -n 40 >&2; echo 'run.sh: the build failed; artifacts/run.build.log has everything' >&2; return 1; }
  done
  eq_precompile
  echo "$fingerprint" >"$mark"
}

check_machine() {
  local report
  report=$(dotnet artifacts/bin/EasyQuant.Cli/release/eq.dll doctor --data "$data" 2>&1) && return 0
  echo "$report"
  echo 'run.sh: mend what is marked FAULT and start again' >&2
  return 1
}

apphost_pid=''
stop_platform() {
  [ -n "$apphost_pid" ] || return 0
  kill -TERM "$apphost_pid" 2>/dev/null
  wait "$apphost_pid" 2>/dev/null
  apphost_pid=''
}

start_platform() {
  local arguments=(--data "$data" ${rest[@]+"${rest[@]}"})
  $dashboard || arguments+=(--no-dashboard)
  rm -f "$data/endpoints.env"
  # The AppHost ends with this script, however the script ends.
  setpriv --pdeathsig TERM dotnet artifacts/bin/EasyQuant.AppHost/release/EasyQuant.AppHost.dll "${arguments[@]}" &
  apphost_pid=$!
  trap 'stop_platform; exit 130' INT TERM
  trap stop_platform EXIT
  local _
  for _ in $(seq 1 1200); do
    [ -s "$data/endpoints.env" ] && break
    kill -0 "$apphost_pid" 2>/dev/null || { wait "$apphost_pid"; local code=$?; apphost_pid=''; return "${code:-1}"; }
    sleep 0.2
  done
  [ -s "$data/endpoints.env" ] || { echo "run.sh: the platform is not up after 4 minutes; logs are in $data/logs" >&2; return 1; }
  . "$data/endpoints.env"
  [ -f "$data/keys/development.key" ] && echo "Development key: $(cat "$data/keys/development.key")   (kept in $data/keys/development.key)"
  [ "${HEALTHY:-false}" = true ]
}

run_demo() {
  mkdir -p "$output"
  dotnet artifacts/bin/EasyQuant.Samples/release/EasyQuant.Samples.dll demo \
    --server "$GATEWAY_GRPC_URL" --key-file "$data/keys/development.key" --output "$output"
}

eq_require_dotnet || exit 1
install_servers || exit 1
eq_try_official_packages
$dashboard && eq_install_dashboard "$data"
build || exit 1
[ "$infrastructure" = external ] || check_machine || exit 1
if start_platform; then
  if $demo; then run_demo; code=$?; stop_platform; exit $code; fi
elif $demo || [ -z "$apphost_pid" ]; then
  echo 'run.sh: the platform did not become healthy' >&2
  stop_platform
  exit 1
fi
wait "$apphost_pid"
code=$?
apphost_pid=''
exit $code
