# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What the batch scripts share: start the ranks, pass Slurm's warning on to them, and ask Slurm to
# start the job again when they have saved and left. Sourced; $program is set by then.

readonly STOPPED_AND_SAVED=75 # rocm-dist: "stopped on request, state saved: run again to go on"
readonly DAEMON_LOST=205      # mpirun: a node, or its daemon there, is gone
readonly SLURM_DECIDES_S=400  # longer than Slurm needs to notice a lost node (SlurmdTimeout, 300 s)

mpirun_options=(
  # One or two ranks would be tied to one core each, and all their threads with them.
  --bind-to none
  # How long ranks live after SIGTERM (scancel, a hard time limit): 5 to 10 s to save, not 1 to 2.
  # Less than half of Slurm's KillWait (30 s). mpirun takes as long after every failure.
  --mca odls_base_sigkill_timeout 5
  # Notice a lost node after 11 s instead of 8 minutes.
  --mca oob_tcp_keepalive_time 5 --mca oob_tcp_keepalive_intvl 2 --mca oob_tcp_keepalive_probes 3
)

say() { echo "$(date '+%F %T') slurm: $*" >&2; }

die() {
  say "$*"
  exit 2
}

# In an array the last task's SLURM_JOB_ID is the number of the array: requeueing that would start
# every task again.
job_id() {
  if [ -n "${SLURM_ARRAY_TASK_ID:-}" ]; then
    echo "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
  else
    echo "$SLURM_JOB_ID"
  fi
}

# mpirun passes USR1 on to all ranks; SIGTERM would make it end them.
tell_ranks() {
  interrupted=yes
  [ -z "$ranks" ] || kill -USR1 "$ranks" 2>/dev/null || true
}

# Sets rc to mpirun's exit code. `wait` also returns when a signal came; then it has to be repeated.
wait_for_ranks() {
  interrupted=yes
  while [ "$interrupted" = yes ]; do
    interrupted=no
    wait "$ranks"
    rc=$?
  done
}

# Slurm starts a job again by itself after a preemption or a lost node, but only if its script has
# not ended before. Once it has decided, the job is no longer running.
let_slurm_decide() {
  local waited_s=0
  say "waiting for Slurm to end this job or to start it again"
  while [ "$waited_s" -lt "$SLURM_DECIDES_S" ] &&
    [ "$(squeue -h -j "$(job_id)" -o %T)" = RUNNING ]; do
    sleep 5
    waited_s=$((waited_s + 5))
  done
  exit "$rc"
}

requeue() {
  say "state saved; $(job_id) goes on after a requeue"
  scontrol requeue "$(job_id)" || {
    say "cannot requeue; submit the same command again to go on"
    exit "$rc"
  }
  sleep 120 # Slurm ends this script
  exit "$rc"
}

# line_of_member FILE I: line I of a list, counted from 0 without empty lines; # begins a comment.
line_of_member() {
  local line
  [ -r "$1" ] || die "$1: cannot read the list of members"
  [[ $2 =~ ^[0-9]+$ ]] || die "'$2' is no number of a member. Submit an array: SLURM_ARRAY_TASK_ID"
  line=$(sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$1" | sed -n "$((10#$2 + 1))p")
  [ -n "$line" ] || die "$1: there is no member $2 (they count from 0). Use a smaller --array"
  echo "$line"
}

# read_member FILE I: sets member to the arguments of member I. A line of the file is a run's name and
# its settings.
read_member() {
  local line words setting
  line=$(line_of_member "$1" "$2") || exit
  read -ra words <<<"$line"
  member=(--set "run.name=${words[0]}")
  for setting in "${words[@]:1}"; do member+=(--set "$setting"); done
}

# train ARGUMENT...: `rocm-dist train` on all tasks of the job. Does not return.
train() {
  ranks='' warned_of_end=no
  trap tell_ranks USR1                      # --signal: time is nearly up, or preemption
  trap 'warned_of_end=yes; tell_ranks' TERM # Slurm ends the job: what comes next is its decision
  say "$(job_id) on $SLURM_JOB_NODELIST, restart ${SLURM_RESTART_COUNT:-0}"
  mpirun "${mpirun_options[@]}" "${program:?}" train --resume auto "$@" &
  ranks=$!
  wait_for_ranks
  say "mpirun ended with $rc"
  [ "$rc" != 0 ] || exit 0
  # Not a requeue of ours: after scancel that would bring the job back.
  [ "$warned_of_end" = no ] || let_slurm_decide
  case $rc in
    "$STOPPED_AND_SAVED") requeue ;;
    "$DAEMON_LOST") let_slurm_decide ;;
    *) exit "$rc" ;;
  esac
}
