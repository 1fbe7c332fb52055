# Compiles the services for this machine after a build. Sourced, not run.

eq_precompiled=artifacts/publish/precompiled/release_linux-x64
eq_programs='AppHost BacktestService Gateway MonitorService RunnerService SchedulerService WorkflowService'

# eq_precompile: replaces the libraries of the AppHost and of the services by precompiled ones. What changed since the last time is compiled anew. Where the
# compiler cannot be had, everything stays as it was built, and the programs compile at each start.
eq_precompile() {
  local built=artifacts/bin/precompiled/release_linux-x64 log=artifacts/precompile.log library program
  [ "$(uname -sm)" = 'Linux x86_64' ] || return 0
  echo 'Compiling for this machine, for faster starts.'
  # The references are built; building them here would build them for this project alone.
  if ! timeout 900 dotnet publish eng/precompiled.csproj -c Release -v q --nologo -p:BuildProjectReferences=false >"$log" 2>&1; then
    echo "The services could not be compiled for this machine ($log); they start slower." >&2
    return 0
  fi
  for library in "$eq_precompiled"/*.dll; do
    for program in $eq_programs; do
      eq_replace "artifacts/bin/EasyQuant.$program/release/${library##*/}" "$built/${library##*/}" "$library"
    done
  done
}

# eq_is_precompiled: false when `dotnet build` has put built libraries back in place of precompiled ones since.
eq_is_precompiled() {
  [ -d "$eq_precompiled" ] || return 0
  local program
  for program in $eq_programs; do
    cmp -s "$eq_precompiled/EasyQuant.$program.dll" "artifacts/bin/EasyQuant.$program/release/EasyQuant.$program.dll" || return 1
  done
}

# eq_replace FILE OLD NEW: FILE becomes NEW if it is OLD. A program that has it open goes on with what it has.
eq_replace() {
  cmp -s "$1" "$2" || return 0
  cmp -s "$1" "$3" || { cp -p "$3" "$1.new" && mv -f "$1.new" "$1"; }
}
