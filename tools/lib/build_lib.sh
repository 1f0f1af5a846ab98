# Functions of tools/demo, tools/test and .ci/run; sourced, not run.

# Hits across checkouts: paths below the repository do not count, debug folders neither.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
export CCACHE_SLOPPINESS=time_macros,include_file_mtime,include_file_ctime

# Ranks share the cores of one machine here; root is what CI and containers run as.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1 OMP_NUM_THREADS=1

step() { # TITLE COMMAND…: runs it and says how long it took
  local title=$1 begin=$SECONDS
  shift
  echo "== $title" >&2
  "$@"
  echo "== $title: $((SECONDS - begin)) s" >&2
}

build_jobs() { # one compiler takes up to 1.5 GB
  local by_memory
  by_memory=$(awk '/MemAvailable/ { print int($2 / 1500000) }' /proc/meminfo)
  local jobs
  jobs=$(OMP_NUM_THREADS= nproc) # nproc would take OMP_NUM_THREADS for its answer
  [ "$by_memory" -ge 1 ] && [ "$by_memory" -lt "$jobs" ] && jobs=$by_memory
  echo "$jobs"
}

build_preset() { # PRESET [TARGET…]
  local preset=$1
  shift
  cmake --preset "$preset" ${LIBTORCH_ROOT:+-DLIBTORCH_ROOT="$LIBTORCH_ROOT"} >/dev/null
  cmake --build --preset "$preset" -j "$(build_jobs)" ${1:+--target "$@"}
}
