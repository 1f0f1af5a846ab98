# Functions of tools/setup; sourced, not run.

PACKAGES=(ca-certificates ccache cmake g++ git libboost-program-options-dev libfmt-dev libgtest-dev
  libhdf5-dev libjpeg-dev libopenmpi-dev libpng-dev libspdlog-dev libssl-dev libtomlplusplus-dev
  libutf8proc-dev ninja-build nlohmann-json3-dev openmpi-bin pkg-config python3-pip python3-venv
  unzip)
LIBTORCH_VERSION="${LIBTORCH_VERSION:-2.11.0}"
TORCH_WHEEL_SHA256=0f68f4ac6d95d12e896c3b7a912b5871619542ec54d3649cf48cc1edd4dd2756

say() { echo "setup: $*" >&2; }

die() {
  say "$*"
  exit 1
}

missing_packages() {
  local package
  for package in "${PACKAGES[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || echo "$package"
  done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

explain_without_apt() {
  cat >&2 <<'TEXT'
setup: this machine has no apt-get. Provide these yourself, then run again with ROCM_SKIP_PACKAGES=1:
setup:   modules:  gcc/12+ cmake/3.25+ ninja openmpi hdf5 boost python/3.11
setup:   spack:    spack install cmake ninja openmpi hdf5 boost+program_options nlohmann-json fmt \
setup:             spdlog libpng libjpeg-turbo utf8proc openssl tomlplusplus googletest ccache
TEXT
  exit 1
}

install_packages() {
  [ "${ROCM_SKIP_PACKAGES:-}" = 1 ] && return
  command -v dpkg-query >/dev/null || explain_without_apt
  local missing
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} = 0 ] && return
  say "installing ${#missing[@]} packages: ${missing[*]}"
  as_root apt-get update -qq || die "cannot install packages (neither root nor password-less sudo). \
Ask an administrator for: ${missing[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    "${missing[@]}" >/dev/null
}

wheel() { # NAME==VERSION [pip options]: download into .deps/wheels unless it is there
  local requirement=$1
  shift
  python3 -m pip download -q --disable-pip-version-check --no-deps --only-binary=:all: \
    -d .deps/wheels "$@" "$requirement"
}

unpack() { # WHEEL-PATTERN DEST FILES…
  local archive dest=$2
  archive=$(ls .deps/wheels/$1 | head -n 1)
  shift 2
  unzip -q -o "$archive" "$@" -d "$dest"
}

verify_torch_wheel() {
  [ "$LIBTORCH_VERSION" = 2.11.0 ] || { say "torch $LIBTORCH_VERSION is not checksummed"; return; }
  echo "$TORCH_WHEEL_SHA256  $(ls .deps/wheels/torch-2.11.0-*.whl)" | sha256sum --check --quiet ||
    die "the torch wheel is not the one we know (checksum). Delete .deps/wheels and run again"
}

fetch_libtorch() { # yes|no: with the CUDA libraries?
  [ -n "${LIBTORCH_ROOT:-}" ] && { say "using LibTorch in $LIBTORCH_ROOT"; return; }
  local dest=.deps/libtorch-$LIBTORCH_VERSION stamp=cpu
  [ "$1" = yes ] && stamp=cuda
  mkdir -p .deps
  ln -sfn "libtorch-$LIBTORCH_VERSION" .deps/libtorch
  [ -e "$dest/.complete-$stamp" ] && return
  say "fetching LibTorch $LIBTORCH_VERSION (0.5 GB)"
  wheel "torch==$LIBTORCH_VERSION" --python-version 3.12 --implementation cp \
    --platform manylinux_2_28_x86_64
  verify_torch_wheel
  wheel nvidia-cuda-runtime==13.0.96
  wheel nvidia-cuda-cupti==13.0.85
  local libraries=(torch/lib/libc10.so torch/lib/libtorch_cpu.so torch/lib/libgomp.so.1)
  [ "$1" = yes ] && libraries=('torch/lib/*')
  unpack "torch-$LIBTORCH_VERSION-*.whl" "$dest" 'torch/include/*' "${libraries[@]}" torch/version.py
  unpack 'nvidia_cuda_runtime-*.whl' "$dest" nvidia/cu13/lib/libcudart.so.13
  unpack 'nvidia_cuda_cupti-*.whl' "$dest" nvidia/cu13/lib/libcupti.so.13
  touch "$dest/.complete-$stamp"
  [ "$stamp" = cpu ] && rm -f .deps/wheels/torch-*.whl
  return 0
}

make_test_python() {
  local venv=.deps/python
  cmp -s tests/python/requirements.txt "$venv/requirements.txt" && return
  say "making the Python of the tests"
  python3 -m venv "$venv"
  "$venv/bin/pip" install -q --disable-pip-version-check -r tests/python/requirements.txt
  cp tests/python/requirements.txt "$venv/requirements.txt"
}
