#!/usr/bin/env bash
# Generates the Python stubs of the platform's .proto files with the machine's own protoc and gRPC plugin; downloads nothing.
# usage: generate.sh [OUTPUT_DIRECTORY]   default: generated/ beside this script
set -euo pipefail
export LC_ALL=C
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
protos="${EQ_PROTOS:-$here/../../protos}"
output="${1:-$here/generated}"
plugin="${GRPC_PYTHON_PLUGIN:-$(command -v grpc_python_plugin || true)}"
if ! command -v protoc >/dev/null || [ -z "$plugin" ]; then
  echo "generate.sh: protoc and grpc_python_plugin are needed: apt-get install protobuf-compiler libprotobuf-dev protobuf-compiler-grpc python3-grpcio" >&2
  exit 3
fi
# Made aside and moved in whole, so that a client that starts meanwhile sees all of it or nothing.
work="$(mktemp -d "$(dirname "$output")/.generated.XXXXXX")"
trap 'rm -rf "$work"' EXIT
mapfile -t files < <(cd "$protos" && find easyquant google -name '*.proto' | sort)
(cd "$protos" && protoc -I . --python_out="$work" --grpc_python_out="$work" --plugin=protoc-gen-grpc_python="$plugin" "${files[@]}")
(cd "$protos" && cat "${files[@]}" | sha256sum | cut -d' ' -f1) >"$work/protos.sha256"
chmod 755 "$work"
rm -rf "$output"
mv "$work" "$output" 2>/dev/null || [ -f "$output/protos.sha256" ]
