#!/bin/sh
# Everything behind the training: the model folder from a checkpoint, and all that is computed from its weights.
#
#   sh finish.sh [--cache DIR] [--checkpoint FILE]
#
# About fifteen minutes on two cores. PYTHON names the interpreter that has PyTorch (python3 by default).
set -e
python=${PYTHON:-python3}
cache=$HOME/.cache/introspect-train
checkpoint=
while [ $# -gt 0 ]; do
  case $1 in
    --cache) cache=$(realpath "$2") ;;
    --checkpoint) checkpoint=$(realpath "$2") ;;
    *) echo "unknown option $1" >&2; exit 1 ;;
  esac
  shift 2
done
cd "$(dirname "$0")"
$python check.py
$python export.py --checkpoint "${checkpoint:-$cache/checkpoint.pt}"
$python reference.py
$python records.py --cache "$cache"
node explain.mjs
$python evaluate.py --cache "$cache"
$python card.py --cache "$cache"
