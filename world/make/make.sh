#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes world/ from nothing: the pictures, the models, the figures. About an hour of CPU, the
# first 50 minutes of it in two chains side by side.
# A stage that has its mark in the cache (STAGE.done) is skipped; remove the mark to run it again.
# `make.sh train` stops before world/ is written.
set -euo pipefail
cd "$(dirname "$0")"
repo=$(cd ../.. && pwd)
export WORLD_CACHE=${WORLD_CACHE:-$repo/.deps/world-cache} OMP_NUM_THREADS=1
venv=$repo/.deps/world-venv
cache=$WORLD_CACHE
mkdir -p "$cache"

if [ ! -e "$venv/ready" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet -r requirements.txt
  touch "$venv/ready"
fi

# stage RESULT SCRIPT [ARGUMENT]: runs the script unless its result is there.
stage() {
  local done="$cache/$1.done"
  [ -e "$done" ] && return
  echo "== $2 ${3:-} ($(date +%H:%M:%S))"
  "$venv/bin/python" "$2" ${3:+"$3"} 2>&1 | tee "$cache/$1.log"
  touch "$done"
}

stage tokenizer tokenizer.py
stage scenes scenes.py

# Two chains side by side, one core each: what reads and judges, and what draws.
{ stage text train_text.py; stage clip train_clip.py; } &
judge=$!
stage vae train_vae.py
stage latents encode.py
until [ -e "$cache/text.done" ]; do # the U-Net is trained on encoded captions
  kill -0 "$judge" || exit 1
  sleep 5
done
stage decoder train_vae.py decoder &
decoder=$!
stage teacher train_teacher.py
stage cool train_teacher.py cool
wait "$judge"
wait "$decoder"
stage lcm distill_lcm.py

# The other judges. They come last because pictures that the LCM draws are among their lessons.
stage spoilt degrade.py
stage text2 train_text.py text2
stage clip2 train_clip.py clip2
stage aesthetic train_aesthetic.py
stage imagereward train_imagereward.py

[ "${1:-}" = train ] && exit

"$venv/bin/python" export.py
"$venv/bin/python" fixtures.py
"$venv/bin/python" check.py | tee "$cache/figures.txt"
"$venv/bin/python" grid.py
