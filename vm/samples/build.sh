#!/bin/sh
# Builds the samples: vm/samples/src/NAME.bpf.c to vm/samples/objects/NAME.bpf.o, all or those that are named. Needs clang-19, llvm-strip-19 and
# libbpf's headers (Debian: clang-19 llvm-19 libbpf-dev). OUT is another folder for the objects.
set -eu
cd "$(dirname "$0")"
out=${OUT:-objects}
clang=${CLANG:-clang-19}
strip=${STRIP:-llvm-strip-19}
mkdir -p "$out"
if [ $# -eq 0 ]; then
  set -- src/*.bpf.c
  names=
  for source; do names="$names $(basename "$source" .bpf.c)"; done
  # shellcheck disable=SC2086 # names of samples hold no blanks
  set -- $names
fi
for name; do
  debug=-g
  case $name in *-2015) debug= ;; esac # before BTF
  # shellcheck disable=SC2086 # empty or one option
  "$clang" --target=bpf -mcpu=v3 -O2 $debug -Wall -Werror -Wno-missing-declarations -fdebug-compilation-dir=. \
    -D__TARGET_ARCH_x86 -c "src/$name.bpf.c" -o "$out/$name.bpf.o"
  "$strip" -g "$out/$name.bpf.o" # DWARF goes, BTF stays
done
