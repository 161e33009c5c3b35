#!/bin/sh
# Builds the C tests with the address and undefined-behaviour sanitizers and runs those this processor can run.
# Usage: sanitize.sh [rounds]. CC chooses the compiler.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
source_folder=$here/../../../src/group/native
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
cc=${CC:-cc}
common="-std=gnu11 -g -O1 -Wall -Wextra -Wno-unused-function -fsanitize=address,undefined -fno-sanitize-recover=all -I$source_folder"
ifma="-mavx2 -mavx512f -mavx512dq -mavx512bw -mavx512vl -mavx512ifma -mavx512vbmi2"

$cc $common $ifma -c "$source_folder/ristretto-ifma.c" -o "$out/ifma.o"
$cc $common -mavx2 -mfma -c "$source_folder/ristretto-avx2.c" -o "$out/avx2.o"
$cc $common "$here/kernel-vectors.c" "$source_folder/dispatch.c" "$source_folder/scalar.c" "$out/ifma.o" "$out/avx2.o" -o "$out/kernel"
$cc $common $ifma "$here/field-bounds-ifma.c" -o "$out/bounds-avx512-ifma"
$cc $common -mavx2 -mfma "$here/field-bounds-avx2.c" -o "$out/bounds-avx2"

for variant in $("$out/kernel" --list); do "$out/bounds-$variant" "${1:-300}"; done
"$out/kernel"
