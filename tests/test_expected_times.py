"""How long a study will take, from made-up pilots with sums by hand."""

import numpy as np
import pytest
import raw_rows
from asrbench.engines.interface import Transcript
from asrbench.engines.processor import CPU
from asrbench.measure import pilot
from asrbench.workflow import expected_times

LINES = {
    "ctc0.0": {"startup_s": 0.5, "slope_s_per_audio_s": 1.0, "encode_s_per_audio_s": 0.25},
    "ctc1.0": {"startup_s": 0.1, "slope_s_per_audio_s": 0.5, "encode_s_per_audio_s": 0.25},
}
FAST = {slug: line | {"slope_s_per_audio_s": 0.3} for slug, line in LINES.items()}
PILOT = {"load_s": 4.0, "frames_per_s": 100.0, "decodings": LINES, "fast": FAST}


def study(**more):
    return raw_rows.study(
        ("one",),
        weights=["0.0", "1.0"],
        rounds=2,
        latency={"utterances": 2, "rounds": 2, "passes": 3},
        energy={"rounds": 1, "window_s": 10.0, "idle_s": 5.0},
        wer={"shards": 2} | more,
    )


def test_sums_by_hand():
    found = expected_times.of(study(), {"one": PILOT}, np.array([2.0, 4.0]), np.array([10.0] * 5))
    # Two utterances of 6 s in all: 0.5 × 2 + 6 and 0.1 × 2 + 3, three passes, one loading a round.
    a_round = 4.0 + 3 * (7.0 + 3.2)
    rules = found["rules"]
    assert rules["measure_latency"] == pytest.approx(a_round / 2)
    # Lengths of 1, 4 and 16 s, three repeats.
    assert rules["measure_frames"] == pytest.approx((4.0 + 3 * (1.5 + 21 + 0.3 + 10.5)) / 2)
    assert rules["measure_energy"] == pytest.approx(4.0 + 10.0 + 2 * 5.0)
    assert rules["measure_batch"] == pytest.approx(4.0 + 0.25 * 3 * 7 * 3.0)
    # 50 s of speech, whose encoder runs once for both.
    decoded = (0.5 * 5 + 50) + (0.1 * 5 + 25) - 0.25 * 50
    assert found["wer"].on(1) == pytest.approx(decoded) == 4 * found["wer"].on(4)
    assert rules["decode_shard"] == pytest.approx(decoded / 4 + 4.0)
    assert found["wer_fast"].on(1) == pytest.approx((2.5 + 15) + (0.5 + 15) - 12.5)


def test_words_are_expected_of_the_search_that_finds_them():
    speech = np.array([10.0] * 5)
    found = expected_times.of(study(engine="espnet-fast"), {"one": PILOT}, speech, speech)
    assert (
        found["wer"].on(1)
        == found["wer_fast"].on(1)
        == pytest.approx((2.5 + 15) + (0.5 + 15) - 12.5)
    )
    assert found["rules"]["decode_shard"] == pytest.approx(found["wer"].on(1) / 4 + 4.0)


def test_on_a_gpu_each_input_is_decoded_once_more_and_words_are_found_in_turn():
    speech = np.array([2.0, 4.0])
    cpu = expected_times.of(study(), {"one": PILOT}, speech, speech)
    there = study()
    on_gpu = there.models[0].model_copy(update={"processor": "cuda"})
    there = there.model_copy(update={"models": [on_gpu]})
    gpu = expected_times.of(there, {"one": PILOT}, speech, speech)
    again = {rule: gpu["rules"][rule] - cpu["rules"][rule] for rule in cpu["rules"]}
    assert again.pop("measure_latency") == pytest.approx((7.0 + 3.2) / 2)
    assert again.pop("measure_energy") == pytest.approx((7.0 + 3.2) / 2)
    assert again.pop("measure_frames") == pytest.approx(3 * (1.5 + 21 + 0.3 + 10.5) / 2)
    assert again.pop("measure_batch") == pytest.approx(0.25 * 3 * 7 * 3.0)
    assert set(again.values()) == {0}
    assert gpu["wer"].on(4) == gpu["wer"].on(1) == cpu["wer"].on(1)


def test_what_is_left_out_takes_no_time():
    speech = np.array([2.0])
    found = expected_times.of(
        raw_rows.study(("one",), weights=["0.0", "1.0"], random=("one",), sweeps={}),
        {"one": PILOT},
        speech,
        speech,
    )
    assert "decode_shard" not in found["rules"] and found["wer"].on(1) == 0


class Told:
    """Takes as long as it says, without waiting."""

    processor = CPU

    def __init__(self, startup_s, slope):
        self.startup_s, self.slope, self.asked = startup_s, slope, []

    def transcribe(self, waveform):
        seconds = len(waveform) / 100
        self.asked.append(seconds)
        latency_s = self.startup_s + self.slope * seconds
        return Transcript("", 1, 0.0, 0.1 * seconds, 0.0, 0.0, 0.0, latency_s, "end")


def cut(seconds):
    return np.zeros(round(100 * seconds))


def test_the_line_goes_through_two_lengths():
    told = Told(0.2, 1.5)
    assert pilot.line(told, cut) == pytest.approx(
        {"startup_s": 0.2, "slope_s_per_audio_s": 1.5, "encode_s_per_audio_s": 0.1}
    )
    assert told.asked == [1.0, 1.0, 3.0]


def test_a_slow_device_is_asked_for_the_short_one_alone():
    told = Told(0.0, 30.0)
    assert pilot.line(told, cut)["slope_s_per_audio_s"] == 30.0
    assert told.asked == [1.0, 1.0]
