#!/usr/bin/env bash
# Installs what is missing, and only that: packages by apt or Homebrew, Python packages into .venv.
#   scripts/setup.sh [build] [test] [clang] [ci]      (without a name: build)
#   PYTHON=python3.12      another Python for .venv
#   Torch_DIR=…            a LibTorch of your own (the folder of TorchConfig.cmake): .venv gets none
#   OSCINE_PACKAGES=skip   packages are your business
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

torch="torch==2.13.0"
rave="acids-rave==2.3.1 cached-conv==2.5.0 nn-tilde==1.6.0 gin-config==0.5.0 einops==0.8.2 scipy"
oscpack_tag="release_1_1_0"

# name=program where a program from elsewhere will do as well; the rest are libraries.
debian_packages() {
  case "$1" in
    build)
      echo "g++=g++ cmake=cmake ninja-build=ninja pkg-config=pkg-config git=git ca-certificates liboscpack-dev" \
        "libasio-dev libspdlog-dev libyaml-cpp-dev libcli11-dev libsodium-dev libsndfile1-dev libsamplerate0-dev libkissfft-dev libhwy-dev libcurl4-openssl-dev libgtest-dev libgmock-dev" \
        "libbenchmark-dev prometheus-cpp-dev liblo-dev liblo-tools=oscsend python3=python3 python3-venv"
      ;;
    test) echo "puredata-core=pd libfaketime nodejs=node supercollider-language=sclang supercollider-server=scsynth jackd2=jackd" ;;
    clang) echo "clang=clang++" ;;
    ci) echo "clang-tidy=clang-tidy clang-format=clang-format" ;;
  esac
}

brew_packages() {
  case "$1" in
    build)
      echo "cmake=cmake ninja=ninja pkgconf=pkg-config git=git asio spdlog yaml-cpp cli11 libsodium libsndfile libsamplerate kissfft highway googletest" \
        "google-benchmark prometheus-cpp liblo=oscsend python@3.12=python3"
      ;;
    ci) echo "clang-format=clang-format llvm" ;;
  esac
}

# installed NAME: asks the package manager, without the network.
installed() {
  case "$manager" in
    apt) [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ] ;;
    brew) brew list --versions "$1" >/dev/null 2>&1 ;;
  esac
}

# missing_of ENTRY…: the packages of these that are neither installed nor stood in for by a program.
missing_of() {
  local entry program
  for entry in "$@"; do
    program="${entry#*=}"
    if [ "$program" != "$entry" ] && command -v "$program" >/dev/null; then continue; fi
    installed "${entry%%=*}" || printf '%s ' "${entry%%=*}"
  done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  else
    sudo "$@"
  fi
}

apt_get() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@"; }

install_packages() {
  case "$manager" in
    apt)
      if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
        die "These packages are missing, and there is no sudo; as root, run: apt-get install $*"
      fi
      # A password is asked for here, before output is put aside.
      if [ "$(id -u)" != 0 ]; then sudo -v || die "Without sudo, run as root: apt-get install $*"; fi
      step "Package lists" apt_get update || die "apt-get could not fetch its lists: no network, or no mirror answers."
      step "Packages: $*" apt_get install --no-install-recommends "$@" ||
        die "apt-get could not install these; Debian 12 and Ubuntu 24.04 have them all (Ubuntu: in universe)."
      ;;
    brew) step "Packages: $*" brew install "$@" || die "Homebrew could not install these." ;;
  esac
}

# The sanitizers' and libFuzzer's libraries carry the number of the clang that is there.
clang_runtime() {
  local major
  major="$(clang++ -dumpversion 2>/dev/null | cut -d. -f1)"
  if [ "$manager" = apt ] && [ -n "$major" ]; then echo "libclang-rt-$major-dev"; fi
}

packages() {
  local missing
  # shellcheck disable=SC2046,SC2086  # lists of words
  {
    missing="$(missing_of $("$family"_packages "$1"))"
    if [ -n "$missing" ]; then install_packages $missing; fi
    if [ "$1" = clang ]; then
      missing="$(missing_of $(clang_runtime))"
      if [ -n "$missing" ]; then install_packages $missing; fi
    fi
  }
}

# Homebrew has no oscpack, and its int32 is a long on 64-bit processors other than x86-64, in Debian's package too. Its OSC
# half is three files; the sockets half is not used.
oscpack_fits() { [ "$manager" != brew ] && [ "$(uname -m)" = x86_64 ]; }

oscpack_from_source() {
  local home="$root/.setup/oscpack" file
  rm -rf "$home"
  git clone --depth 1 --branch "$oscpack_tag" https://github.com/RossBencina/oscpack "$home"
  cd "$home"
  sed -i.orig 's/__x86_64__/__LP64__/g' osc/*.h osc/*.cpp
  for file in OscTypes OscReceivedElements OscOutboundPacketStream; do
    c++ -O2 -fPIC -I. -c "osc/$file.cpp" -o "$file.o"
  done
  ar rcs liboscpack.a ./*.o
}

free_disk() { # free_disk GIGABYTES
  local free
  free=$(($(df -Pk "$root" | awk 'NR == 2 { print $4 }') / 1048576))
  if [ "$free" -lt "$1" ]; then die "$root has $free GB free; LibTorch and the build take $1 GB."; fi
}

make_venv() {
  local chosen="${PYTHON:-python3}"
  if "$python" -c '' 2>/dev/null; then return; fi
  command -v "$chosen" >/dev/null || die "There is no '$chosen'; PYTHON=… names another."
  "$chosen" -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
    die "LibTorch's package needs Python 3.10 or later, and this is $("$chosen" --version); PYTHON=… names another."
  step "Python environment in .venv" "$chosen" -m venv --clear "$root/.venv" ||
    die "'$chosen' cannot make an environment (Debian and Ubuntu: apt-get install python3-venv)."
}

pip() { "$python" -m pip --disable-pip-version-check --no-input "$@"; }

# The build with CUDA needs NVIDIA's toolkit to be linked with, and is several gigabytes: better said before than after.
refuse_cuda() {
  local report="$root/.setup/torch.json"
  pip install -q --dry-run --no-deps --ignore-installed --report "$report" "$torch" >/dev/null 2>&1 || return 0
  if grep -q '"nvidia-\|"cuda-' "$report"; then
    die "pip would fetch LibTorch with CUDA (several GB); point pip to the CPU build as docs/hacking.md shows."
  fi
}

install_torch() {
  if [ -n "${Torch_DIR:-}" ]; then
    [ -e "$Torch_DIR/TorchConfig.cmake" ] || die "Torch_DIR is $Torch_DIR, where there is no TorchConfig.cmake."
    return
  fi
  if [ "$("$python" -c 'import importlib.metadata as m; print(m.version("torch"))' 2>/dev/null | cut -d+ -f1)" \
    = "${torch#*==}" ]; then return; fi
  free_disk 4
  refuse_cuda
  step "LibTorch ($torch by pip, 200 MB to fetch)" pip install "$torch" ||
    die "pip could not install $torch: no network, or no package for $("$python" --version) (PYTHON=… names another)."
}

python_packages() {
  step "Python packages: $*" pip install "$@" || die "pip could not install $*: no network, or no index answers."
}

# RAVE models to test with are exported by RAVE's own package, in a folder of its own: what it asks for beside is 2 GB, and
# models/import/acids.py does without.
rave_packages() {
  if [ -e "$root/.setup/rave-packages/rave" ]; then return; fi
  # shellcheck disable=SC2086  # a list of packages
  step "RAVE's export (acids-rave by pip)" pip install --no-deps --target "$root/.setup/rave-packages" $rave ||
    say "Without acids-rave, tests of RAVE models will be skipped."
}

find_manager() {
  if [ "${OSCINE_PACKAGES:-}" = skip ]; then
    manager=none
  elif command -v apt-get >/dev/null; then
    manager=apt family=debian
  elif command -v brew >/dev/null; then
    manager=brew family=brew
  else
    die "This knows apt (Debian, Ubuntu) and Homebrew. Elsewhere install$(printf ' %s' $(debian_packages build) |
      sed 's/=[^ ]*//g') under the names they have there, then set OSCINE_PACKAGES=skip."
  fi
}

set_up() {
  if [ "$manager" != none ]; then packages "$1"; fi
  case "$1" in
    build)
      if ! oscpack_fits && [ ! -e "$root/.setup/oscpack/liboscpack.a" ]; then
        step "oscpack from source" oscpack_from_source || die "oscpack could not be fetched and compiled."
      fi
      if [ -z "${Torch_DIR:-}" ]; then make_venv; fi
      install_torch
      ;;
    test)
      make_venv
      python_packages numpy python-osc pyyaml
      rave_packages
      ;;
  esac
  setup_key "$1" >"$root/.setup/$1.done"
}

mkdir -p "$root/.setup"
find_manager
for name in "${@:-build}"; do
  case "$name" in
    build | test | clang | ci) set_up "$name" ;;
    *) die "unknown set '$name'; there are build, test, clang and ci." ;;
  esac
done
