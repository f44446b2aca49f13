#!/usr/bin/env bash
# Formats every C++ file; --check changes nothing and fails where something would change.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

cd "$root"
how=(-i)
if [ "${1:-}" = --check ]; then how=(--dry-run --Werror); fi
find base protocol models server tests \( -name '*.hpp' -o -name '*.cpp' \) -print0 | xargs -0 clang-format "${how[@]}"
