#!/usr/bin/env bash
# Made by 'make lock' from espnet.txt.
set -euo pipefail
pip install --no-deps espnet==202511 espnet-model-zoo==0.1.7 espnet-tts-frontend==0.0.3
