"""A quick look: a smaller study that fits into minutes, and says what it is."""

import numpy as np
import raw_rows
from asrbench.workflow import quick_look


def pilot(slope):
    line = {"startup_s": 0.0, "slope_s_per_audio_s": slope, "encode_s_per_audio_s": 0.0}
    return {"decodings": {"ctc0.0": line, "ctc1.0": line}}


def test_as_many_utterances_as_fit_the_device():
    durations_s = np.array([5.0, 15.0])
    # Two decodings of 10 s, four times each: 80 s an utterance at a real-time factor of 1.
    assert quick_look.utterances([pilot(1.0)], durations_s) == 3
    assert quick_look.utterances([pilot(0.5)], durations_s) == 6
    assert quick_look.utterances([pilot(0.25), pilot(0.25)], durations_s) == 6
    assert quick_look.utterances([pilot(100.0)], durations_s) == quick_look.FEWEST
    assert quick_look.utterances([pilot(0.0)], durations_s) == quick_look.MOST


def test_the_small_study_is_labelled_and_keeps_its_sources():
    study = raw_rows.study(("one", "two"))
    small = quick_look.of(study, 6)
    assert small.name == "a small study (quick look: 6 utterances)"
    assert small.speech == study.speech and small.models == study.models
    assert [v.key for v in small.variants()] == [v.key for v in study.variants()]
    assert (small.latency.utterances, small.wer.max_utterances) == (6, 6)
    assert small.sweeps.frames.lengths == study.sweeps.frames.lengths[:1]
    assert not small.sweeps.batch.sizes and not small.sweeps.threads.counts


def test_a_study_without_sweeps_stays_without():
    study = raw_rows.study(("one",), sweeps={"frames": {"lengths": []}})
    assert quick_look.of(study, 3).sweeps.frames.lengths == []
