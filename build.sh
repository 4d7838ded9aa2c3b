#!/usr/bin/env bash
# Restore, build with warnings as errors, check the format, then run every test (the tidy test is one of them).
# Usage: ./build.sh [Debug|Release]      exit status 0 means done.
set -euo pipefail
cd "$(dirname "$0")"
configuration="${1:-Debug}"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
echo "== restore";  dotnet restore BatchEngine.sln
echo "== build ($configuration, warnings are errors)"; dotnet build BatchEngine.sln --no-restore -c "$configuration"
echo "== format";   dotnet format whitespace BatchEngine.sln --no-restore --verify-no-changes
echo "== test";     dotnet test --solution BatchEngine.sln --no-build -c "$configuration"
