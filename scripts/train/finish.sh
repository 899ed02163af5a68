#!/bin/sh
# Everything behind the training: the model folder from a checkpoint, and all that is computed from its weights.
#
#   sh finish.sh [--checkpoint FILE]
#
# About fifteen minutes on two cores. PYTHON names the interpreter that has PyTorch (python3 by default).
set -e
cd "$(dirname "$0")"
python=${PYTHON:-python3}
$python check.py
$python export.py "$@"
$python reference.py
$python records.py
node explain.mjs
$python evaluate.py
$python card.py
