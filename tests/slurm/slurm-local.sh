#!/usr/bin/env bash
# A private Slurm cluster on this machine, for tests (Debian: apt-get install slurm-wlm munge).
#   slurm-local.sh start [-n NODES] [-c CPUS_PER_NODE] | stop | status | env
#   eval "$(slurm-local.sh env)"      then sbatch, srun, squeue ... talk to it
# Wants root; neither systemd nor cgroups; loopback only. All it has is in SLURM_LOCAL_DIR, with a munge
# key and ports (from SLURM_LOCAL_PORT) of its own; /etc/slurm and /etc/munge are not touched.
# SLURM_LOCAL_PREEMPTION: "warn" sends a job its --signal, "term" only SIGTERM to its steps.
set -euo pipefail
PATH=$PATH:/usr/sbin
folder=${SLURM_LOCAL_DIR:-/tmp/slurm-local}
port=${SLURM_LOCAL_PORT:-17000}
preemption=${SLURM_LOCAL_PREEMPTION:-warn}
nodes=2
cpus=4
grace_s=30
[ "$preemption" = warn ] || grace_s=10
host=$(hostname -s)

die() {
  echo "slurm-local: $*" >&2
  exit 1
}

write_configuration() {
  local k
  cat >"$folder/slurm.conf" <<CONF
ClusterName=local
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
# A requeued job waits for the life of a credential: 2 minutes by default.
AuthInfo=socket=$folder/munge.sock,cred_expire=5
CredType=cred/munge
StateSaveLocation=$folder/ctld
SlurmdSpoolDir=$folder/spool.%n
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.%n.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
SchedulerType=sched/backfill
SchedulerParameters=sched_min_interval=0,bf_interval=1,batch_sched_delay=0,requeue_delay=1
ReturnToService=2
SlurmctldTimeout=30
SlurmdTimeout=30
KillWait=30
MinJobAge=600
JobRequeue=1
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/filetxt
JobCompLoc=$folder/jobcomp.log
MaxArraySize=1001
CONF
  [ "$preemption" = term ] || echo "SlurmctldParameters=preempt_send_user_signal" >>"$folder/slurm.conf"
  for ((k = 1; k <= nodes; k++)); do
    echo "NodeName=n$k NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + k)) CPUs=$cpus Boards=1" \
      "SocketsPerBoard=1 CoresPerSocket=$cpus ThreadsPerCore=1 RealMemory=2000 State=UNKNOWN"
  done >>"$folder/slurm.conf"
  cat >>"$folder/slurm.conf" <<CONF
PartitionName=main Nodes=n[1-$nodes] Default=YES MaxTime=INFINITE PriorityTier=10 GraceTime=$grace_s
PartitionName=urgent Nodes=n[1-$nodes] MaxTime=INFINITE PriorityTier=100 PreemptMode=OFF
CONF
  # Debian's Slurm uses /tmp/spmix_appdir_UID_STEP otherwise, where two slurmd on one host collide.
  echo "PMIxCliTmpDirBase=$folder/pmix" >"$folder/mpi.conf"
}

start_munge() {
  (umask 077 && head -c 128 /dev/urandom >"$folder/munge.key")
  munged --force --key-file="$folder/munge.key" --socket="$folder/munge.sock" \
    --pid-file="$folder/munged.pid" --log-file="$folder/munged.log" \
    --seed-file="$folder/munge.seed" 2>"$folder/munged.err" || die "$(cat "$folder/munged.err")"
}

# A node: a slurmd with its own hostname and /dev/shm. Else Open MPI takes two nodes for one, and
# crashes in shared memory.
start_node() {
  mkdir -p "$folder/spool.$1" "$folder/pmix" "$folder/pmix.$1"
  # shellcheck disable=SC2016  # expanded inside
  unshare --uts --mount --propagation private bash -c '
    hostname "$1"
    mount -t tmpfs -o mode=1777,size=1g shm /dev/shm
    mount --bind "$2/pmix.$1" "$2/pmix"
    exec slurmd -N "$1" -f "$2/slurm.conf"' _ "$1" "$folder"
}

start() {
  local k program
  [ ! -e "$folder/slurm.conf" ] || die "already there: $folder (stop it first)"
  for program in munged slurmctld slurmd; do
    command -v "$program" >/dev/null || die "no $program (apt-get install slurm-wlm munge)"
  done
  trap '[ $? = 0 ] || stop' EXIT
  mkdir -p "$folder/ctld"
  chmod 755 "$folder"
  write_configuration
  start_munge
  slurmctld -c -f "$SLURM_CONF"
  for ((k = 1; k <= nodes; k++)); do start_node "n$k"; done
  for ((k = 0; k < 150; k++)); do
    if [ "$(sinfo -h -N -p main -t idle -o %N 2>/dev/null | wc -l)" = "$nodes" ]; then
      echo "slurm-local: $nodes nodes of $cpus CPUs, SLURM_CONF=$SLURM_CONF"
      return
    fi
    sleep 0.2
  done
  tail -n 5 "$folder"/*.log >&2
  die "the nodes did not come up"
}

alive() { [ -d "/proc/$1" ] && ! grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; }

stop() {
  local file pid pids=() try
  [ -e "$folder/slurm.conf" ] || return 0
  timeout 10 scancel --state=PENDING --user="$(id -un)" 2>/dev/null || true
  timeout 10 scancel --user="$(id -un)" 2>/dev/null || true
  for ((try = 0; try < 200; try++)); do
    [ -n "$(timeout 5 squeue -h 2>/dev/null)" ] || break
    sleep 0.2
  done
  for file in "$folder"/slurmd.*.pid "$folder/slurmctld.pid" "$folder/munged.pid"; do
    [ ! -e "$file" ] || pids+=("$(cat "$file")")
  done
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for ((try = 0; try < 100; try++)); do
    for pid in "${pids[@]}"; do
      if alive "$pid"; then
        sleep 0.1
        continue 2
      fi
    done
    break
  done
  for pid in "${pids[@]}"; do ! alive "$pid" || kill -9 "$pid" 2>/dev/null || true; done
  rm -rf "$folder"
  echo "slurm-local: stopped"
}

command=${1:-}
shift || true
while getopts n:c: option; do
  case $option in
    n) nodes=$OPTARG ;;
    c) cpus=$OPTARG ;;
    *) exit 2 ;;
  esac
done
export SLURM_CONF=$folder/slurm.conf
case $command in
  start) start ;;
  stop) stop ;;
  status) sinfo -N -l ;;
  env) echo "export SLURM_CONF=$SLURM_CONF" ;;
  *)
    sed -n 2,8p "$0"
    exit 2
    ;;
esac
