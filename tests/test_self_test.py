"""Known words come out of known weights; a device that decodes nonsense is told so."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from asrbench.basics.errors import UserError
from asrbench.measure import self_test

ROOT = Path(__file__).resolve().parents[1]


def test_this_device_decodes_what_was_spoken():
    command = [sys.executable, str(ROOT / "scripts/self_test.py")]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.count("3 utterances, as they were spoken") == 2


def test_nonsense_is_one_line_that_names_model_and_words():
    def nonsense(_demo, _model):
        heard = SimpleNamespace(text="SEVEN T")
        return SimpleNamespace(sample_rate_hz=16000, transcribe=lambda _waveform: heard)

    with pytest.raises(UserError, match=r"conformer decodes 101-1-0000 .* 'SEVEN T'") as caught:
        list(self_test.run(ROOT / "demo", nonsense))
    assert "\n" not in str(caught.value) and "'SHOW SIX'" in str(caught.value)
