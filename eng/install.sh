# Functions that run.sh and test.sh share: what a machine must have, and how it gets it. Sourced, not run.

eq_as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo "$@"; else return 126; fi; }

# eq_require_dotnet: fails with the way out when the .NET SDK 10 is missing.
eq_require_dotnet() {
  if command -v dotnet >/dev/null && dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; then return 0; fi
  echo 'The .NET SDK 10.0 is missing. Install it (https://dotnet.microsoft.com/download/dotnet/10.0) and start again.' >&2
  return 1
}

# eq_package_present PACKAGE: whether what the package brings is there already, from wherever it came.
eq_package_present() {
  case "$1" in
    postgresql) ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || command -v postgres >/dev/null ;;
    rabbitmq-server) [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || command -v rabbitmq-server >/dev/null ;;
    pgbouncer) command -v pgbouncer >/dev/null ;;
    redis-server) command -v redis-server >/dev/null ;;
    python3-grpcio) /usr/bin/python3 -c 'import grpc' >/dev/null 2>&1 ;;
    protobuf-compiler) command -v protoc >/dev/null ;;
    libprotobuf-dev) [ -f /usr/include/google/protobuf/timestamp.proto ] ;;
    protobuf-compiler-grpc) [ -x /usr/bin/grpc_python_plugin ] ;;
    nodejs) command -v node >/dev/null ;;
    npm) command -v npm >/dev/null ;;
    util-linux) command -v setpriv >/dev/null ;;
    mount) command -v mount >/dev/null && command -v findmnt >/dev/null ;;
    procps) command -v ps >/dev/null ;;
    chromium) command -v chromium >/dev/null ;;
    *) dpkg -s "$1" >/dev/null 2>&1 ;;
  esac
}

# eq_install WHY PACKAGE...: installs the Debian packages that are missing and says what and why; without rights it prints the exact steps.
eq_install() {
  local why="$1" missing='' package
  shift
  for package in "$@"; do eq_package_present "$package" || missing="$missing $package"; done
  [ -n "$missing" ] || return 0
  echo "Installing$missing: $why."
  if ! command -v apt-get >/dev/null; then
    echo "This system has no apt-get. Install by its own means:$missing" >&2
    return 1
  fi
  # Debian starts freshly installed servers; ours are private, so the packages' own services stay off.
  local policy=/usr/sbin/policy-rc.d made=false
  if [ "$(id -u)" -eq 0 ] && [ ! -e "$policy" ]; then printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && made=true; fi
  # shellcheck disable=SC2086
  eq_as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >/dev/null &&
    eq_as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
  local code=$?
  $made && rm -f "$policy"
  if [ $code -eq 126 ]; then
    echo "Rights are missing. Run once:  sudo apt-get update && sudo apt-get install -y$missing" >&2
  elif [ $code -ne 0 ]; then
    echo "apt-get failed for:$missing. Its own words:  sudo apt-get install -y$missing" >&2
  fi
  return $code
}

# eq_try_official_packages: asks the registry once for the official package families; what it lacks comes from standins/.
eq_try_official_packages() {
  [ -f eng/official.csproj ] || return 0
  local mark=artifacts/official.tried
  [ -f "$mark" ] && return 0
  mkdir -p artifacts
  timeout 120 dotnet restore eng/official.csproj -v q >/dev/null 2>&1
  touch "$mark"
}

# eq_home_data: the data directory of whoever names none.
eq_home_data() { if [ "$(id -u)" -eq 0 ]; then echo /var/lib/easyquant; else echo "${XDG_STATE_HOME:-$HOME/.local/state}/easyquant"; fi; }

# eq_dashboard_program DATA: prints the path of an installed Aspire dashboard.
eq_dashboard_program() {
  local candidate
  for candidate in "${ASPIRE_DASHBOARD_PATH:-}" "$1/dashboard/bundle/managed/aspire-managed" \
    "$(eq_home_data)/dashboard/bundle/managed/aspire-managed" "${ASPIRE_HOME:-$HOME/.aspire}/bundle/managed/aspire-managed"; do
    [ -n "$candidate" ] && [ -x "$candidate" ] && { echo "$candidate"; return 0; }
  done
  return 1
}

# eq_install_dashboard DATA: installs the Aspire dashboard from npm into DATA/dashboard when the machine has none.
eq_install_dashboard() {
  local data="$1" name='@microsoft/aspire-cli-linux-x64' version=13.5.4
  eq_dashboard_program "$data" >/dev/null && return 0
  [ "$(uname -m)" = x86_64 ] || return 1
  command -v npm >/dev/null || eq_install 'npm brings the Aspire dashboard' nodejs npm || return 1
  echo "Installing the Aspire dashboard from npm ($name@$version) into $data/dashboard: it shows resources, logs and traces."
  local work="$data/dashboard.new" package
  rm -rf "$work" && mkdir -p "$work/npm" "$work/home" &&
    timeout 300 npm install --prefix "$work/npm" --no-save --no-audit --no-fund --loglevel=error "$name@$version" >"$data/dashboard.log" 2>&1 &&
    package="$work/npm/node_modules/$name" &&
    ASPIRE_CLI_TELEMETRY_OPTOUT=1 ASPIRE_HOME="$work/home" timeout 300 "$package/bin/aspire" setup --non-interactive --nologo >>"$data/dashboard.log" 2>&1 &&
    rm -rf "$data/dashboard" && mkdir -p "$data/dashboard" && mkdir "$data/dashboard/bundle" &&
    mv "$(readlink -f "$package/bundle")/managed" "$data/dashboard/bundle/managed" &&
    chmod -R a+rX "$data/dashboard"
  rm -rf "$work"
  eq_dashboard_program "$data" >/dev/null || { echo "The dashboard could not be installed ($data/dashboard.log); the platform starts without it. Later: install the Aspire CLI (https://aspire.dev) and run 'aspire setup'." >&2; return 1; }
}
