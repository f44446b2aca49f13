# What ./run, ./test, ./bench and .ci/run share. Sourced, never run. Written for bash 3.2, which macOS has.
# Everything said here goes to standard error, so that `./run send … | sort` sees only what oscine says.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
python="$root/.venv/bin/python"
# A clone in another folder finds what an earlier one compiled.
export CCACHE_BASEDIR="${CCACHE_BASEDIR:-$root}" CCACHE_NOHASHDIR="${CCACHE_NOHASHDIR:-1}"
export NINJA_STATUS="${NINJA_STATUS:-[%f/%t, %e s] }"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}"
export TSAN_OPTIONS="${TSAN_OPTIONS:-halt_on_error=1 second_deadlock_stack=1}"

say() { printf '%s\n' "$*" >&2; }
die() {
  say "$(basename "$0"): $*"
  exit 1
}

cores() { getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2; }

# step TEXT COMMAND…: one line with the time it took; what the command says goes to .setup/last.log and is shown when it
# fails. A dot every few seconds says that it lives.
step() {
  local text="$1" began=$SECONDS log="$root/.setup/last.log" failed=0 dots
  shift
  mkdir -p "$root/.setup"
  printf '%s ' "$text …" >&2
  (while kill -0 $$ 2>/dev/null; do sleep 5 >/dev/null 2>&1 && printf . >&2; done) &
  dots=$!
  "$@" >"$log" 2>&1 </dev/null || failed=1
  { kill "$dots" && wait "$dots"; } 2>/dev/null || true
  if [ "$failed" = 1 ]; then
    printf ' failed after %s s\n' $((SECONDS - began)) >&2
    tail -n 25 "$log" >&2
    return 1
  fi
  printf ' %s s\n' $((SECONDS - began)) >&2
}

# What a finished set-up depends on: when any of it changes, set-up looks again.
setup_key() {
  {
    cat "$root/scripts/setup.sh" "$root/scripts/lib.sh" /etc/os-release 2>/dev/null
    echo "$1 ${PYTHON:-} ${Torch_DIR:-}"
  } | cksum
}

# setup SET…: packages and Python for `build`, `test`, `clang` or `ci`; nothing to do costs milliseconds.
setup() {
  local set missing=""
  for set in "$@"; do
    if [ "$(cat "$root/.setup/$set.done" 2>/dev/null)" != "$(setup_key "$set")" ]; then missing="$missing $set"; fi
  done
  if ! command -v cmake >/dev/null || { [ -z "${Torch_DIR:-}" ] && [ ! -x "$python" ]; }; then missing=" $*"; fi
  # shellcheck disable=SC2086  # names of sets, one word each
  if [ -n "$missing" ]; then "$root/scripts/setup.sh" $missing; fi
}

# Presets whose programs are compiled by clang need it installed.
sets_for() {
  case "$1" in
    asan | tsan | fuzz) echo "build test clang" ;;
    tidy) echo "build test clang ci" ;;
    *) echo "build test" ;;
  esac
}

# ThreadSanitizer does not start where the kernel spreads addresses widely; without randomness it does.
calmly() {
  if [ "$preset" = tsan ] && command -v setarch >/dev/null && setarch "$(uname -m)" -R true 2>/dev/null; then
    setarch "$(uname -m)" -R "$@"
  else
    "$@"
  fi
}

configure() {
  local folder="$root/build/$preset" key
  set -- -DWARNINGS_AS_ERRORS="${CI:+ON}"
  if [ -z "${CI:-}" ]; then set --; fi
  key="$(printf '%s\n' "$root" "${Torch_DIR:-}" "$(ls "$python" 2>&1)" "$*" | cat - "$root/CMakePresets.json" | cksum)"
  if [ -e "$folder/build.ninja" ] && [ "$(cat "$folder/configured" 2>/dev/null)" = "$key" ]; then return; fi
  if [ -e "$folder/CMakeCache.txt" ]; then set -- --fresh "$@"; fi
  cd "$root"
  step "Configuring build/$preset" cmake --preset "$preset" "$@" || die "CMake could not configure; the reason is above."
  cd "$OLDPWD"
  echo "$key" >"$folder/configured"
}

# build PRESET [TARGET…]: configures where needed, builds, shows ninja's progress.
build() {
  preset="$1"
  shift
  configure
  if [ $# -gt 0 ]; then set -- --target "$@"; fi
  if [ -n "${CI:-}" ]; then set -- "$@" -- -k 0; fi # all that is wrong, not the first only
  calmly cmake --build "$root/build/$preset" --parallel "${OSCINE_JOBS:-$(cores)}" "$@" >&2 ||
    die "The build failed; the first error above is the one to read."
}
