# shellcheck shell=bash
# Functions of tools/setup; sourced, not run.

PACKAGES=(ca-certificates ccache cmake g++ git libboost-program-options-dev libfmt-dev
  libgmock-dev libgtest-dev libhdf5-dev libjpeg-dev libopenmpi-dev libpng-dev libspdlog-dev
  libssl-dev libtomlplusplus-dev libutf8proc-dev ninja-build nlohmann-json3-dev openmpi-bin
  pkg-config python3-pip python3-venv unzip)
LIBTORCH_VERSION="${LIBTORCH_VERSION:-2.11.0}"
TORCH_WHEEL_SHA256=0f68f4ac6d95d12e896c3b7a912b5871619542ec54d3649cf48cc1edd4dd2756
WHEELS=.deps/wheels-$LIBTORCH_VERSION # removed once they are unpacked

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

wheel() { # REQUIREMENT [pip options]: download it
  local requirement=$1
  shift
  python3 -m pip download -q --disable-pip-version-check --no-deps --only-binary=:all: \
    -d "$WHEELS" "$@" "$requirement"
}

verify_torch_wheel() {
  [ "$LIBTORCH_VERSION" = 2.11.0 ] || { say "torch $LIBTORCH_VERSION is not checksummed"; return; }
  echo "$TORCH_WHEEL_SHA256  $(ls "$WHEELS"/torch-*.whl)" | sha256sum --check --quiet ||
    die "the torch wheel is not the one we know (checksum). Run again"
}

required() { # NAME: what this torch asks for, such as nvidia-cufile==1.15.1.6.*
  grep -rhE "extra == '$1'|nvidia-$1-cu13=|^Requires-Dist: $1\[" "$WHEELS/metadata" |
    sed -nE '1s/^Requires-Dist: ([^;[]+)(\[.*\])?([^;]*);.*/\1\3/p'
}

fetch_torch_wheel() { # and the list of NVIDIA's wheels that go with it
  rm -rf "$WHEELS"
  wheel "torch==$LIBTORCH_VERSION" --python-version 3.12 --implementation cp \
    --platform manylinux_2_28_x86_64
  verify_torch_wheel
  unzip -q "$WHEELS"/torch-*.whl 'torch-*.dist-info/METADATA' -d "$WHEELS/metadata"
  wheel "$(required cuda-toolkit)"
  unzip -q "$WHEELS"/cuda_toolkit-*.whl '*.dist-info/METADATA' -d "$WHEELS/metadata"
}

fetch_library() { # NAME DEST: a library of NVIDIA's, in the version that this torch was made for
  local name=$1 dest=$2 requirement
  requirement=$(required "$name")
  [ -n "$requirement" ] || die "torch $LIBTORCH_VERSION does not say which $name it needs"
  say "fetching $requirement"
  rm -f "$WHEELS"/nvidia_*.whl
  wheel "$requirement"
  unzip -q -o -C "$WHEELS"/nvidia_*.whl "nvidia/*/lib$name*.so*" -d "$dest" # -C: any case
  [ "$name" != nccl ] || unzip -q -o "$WHEELS"/nvidia_*.whl 'nvidia/nccl/include/*' -d "$dest"
}

missing_libraries() { # DEST: names of NVIDIA's libraries that neither DEST nor the machine has
  ldd "$1"/torch/lib/*.so | sed -nE 's/^\s*lib(\w+)\.so.* => not found/\L\1/p' |
    sed -e '/^cuda$/d' -e 's/^cublaslt$/cublas/' -e 's/_host$//' | sort -u # cuda is the driver
}

fetch_missing_libraries() { # DEST: until the loader finds everything
  local before='' names name
  while names=$(missing_libraries "$1") && [ -n "$names" ]; do
    [ "$names" != "$before" ] || die "LibTorch's libraries still lack $names"
    for name in $names; do fetch_library "$name" "$1"; done
    before=$names
  done
}

unpack_torch() { # yes|no DEST
  local files=(torch/version.py 'torch/include/*' torch/lib/lib{c10,torch_cpu}.so
    torch/lib/libgomp.so.1)
  [ "$1" = no ] ||
    files+=(torch/lib/lib{c10_cuda,torch_cuda,torch_cuda_linalg,torch_nvshmem,caffe2_nvrtc}.so)
  unzip -q -o "$WHEELS"/torch-*.whl "${files[@]}" -d "$2"
}

fetch_libtorch() { # yes|no: with the CUDA libraries?
  [ -n "${LIBTORCH_ROOT:-}" ] && { say "using LibTorch in $LIBTORCH_ROOT"; return; }
  local dest=.deps/libtorch-$LIBTORCH_VERSION stamp=cpu
  [ "$1" = yes ] && stamp=cuda
  mkdir -p .deps
  ln -sfn "libtorch-$LIBTORCH_VERSION" .deps/libtorch
  [ -e "$dest/.complete-$stamp" ] && return
  say "fetching LibTorch $LIBTORCH_VERSION (0.5 GB)"
  fetch_torch_wheel
  unpack_torch "$1" "$dest"
  fetch_library cudart "$dest"
  fetch_library cupti "$dest"
  [ "$1" = no ] || fetch_missing_libraries "$dest"
  touch "$dest/.complete-cpu" "$dest/.complete-$stamp"
  rm -rf "$WHEELS"
}

make_test_python() {
  local venv=.deps/python
  cmp -s tests/python/requirements.txt "$venv/requirements.txt" && return
  say "making the Python of the tests"
  python3 -m venv "$venv"
  "$venv/bin/pip" install -q --disable-pip-version-check -r tests/python/requirements.txt
  cp tests/python/requirements.txt "$venv/requirements.txt"
}
