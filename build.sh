#!/usr/bin/env bash
# Restore, build with warnings as errors, check the format, then run every test (the tidy test is one of them).
# Usage: ./build.sh [Debug|Release]      exit status 0 means done.
#        ./build.sh fleet [FIRST-LAST]   only builds and runs the nights of a whole fleet on this machine, with these seeds of faults (as root).
set -euo pipefail
cd "$(dirname "$0")"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
if [ "${1:-}" = fleet ]; then
  export BATCHENGINE_FLEET_SEEDS="${2:-1-3}"
  exec dotnet run --project tests/Fleet -- --no-ansi --xunit-diagnostics on
fi
configuration="${1:-Debug}"
echo "== restore";  dotnet restore BatchEngine.sln
echo "== build ($configuration, warnings are errors)"; dotnet build BatchEngine.sln --no-restore -c "$configuration"
echo "== format";   dotnet format whitespace BatchEngine.sln --no-restore --verify-no-changes
echo "== test";     dotnet test --solution BatchEngine.sln --no-build -c "$configuration"
