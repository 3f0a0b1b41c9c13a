#!/bin/sh
# The whole recipe: speech, the models, the word error rates of two. Needs flite, festival with the
# voices of README.md, espeak-ng, and the Python packages of this project.
#
#     sh demo/train/run.sh [folder for the training data, default demo/train/work]
#
# Two models are trained at the same time, on one core each. Run it again after a stop: it goes
# on after the last whole epoch.
set -eu
demo=$(cd "$(dirname "$0")/.." && pwd)
work=${1:-"$demo/train/work"}
python=${PYTHON:-python3}

if [ ! -f "$work/train/index.csv" ]; then
    "$python" "$demo/train/synthesise.py" --work "$work" --test "$demo/speech"
fi

# Tensors that come and go stay with the process: returning them to the system and getting them
# back costs a third of the time on some machines (and 3 GB of memory a model here).
export MALLOC_MMAP_THRESHOLD_=8589934592 MALLOC_TRIM_THRESHOLD_=8589934592

echo "training; the progress is in $work/conformer.log and $work/lstm.log"
pids=
for model in conformer lstm; do
    OMP_NUM_THREADS=1 "$python" "$demo/train/train.py" \
        --model "$demo/models/$model" --work "$work" >>"$work/$model.log" 2>&1 &
    pids="$pids $!"
done
for pid in $pids; do wait "$pid"; done
# It begins with the weights of the first of these two.
OMP_NUM_THREADS=1 "$python" "$demo/train/train.py" \
    --model "$demo/models/streaming" --work "$work" >>"$work/streaming.log" 2>&1

"$python" "$demo/train/evaluate.py" --speech "$demo/speech" \
    "$demo/models/conformer" "$demo/models/lstm"
