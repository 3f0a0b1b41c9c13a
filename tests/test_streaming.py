"""Speech that comes in piece by piece: the clock, the bounds of speech, sessions, rows, table."""

import json
import re
import time
from pathlib import Path

import jiwer
import numpy as np
import pandas as pd
import pytest
import recogniser_weights
import soundfile
import torch
from asrbench.basics.errors import UserError
from asrbench.basics.resumable_csv import RowFile
from asrbench.engines import catalogue, interface
from asrbench.engines.interface import Transcript
from asrbench.measure import speech_bounds, streaming
from asrbench.measure.latency import Take
from asrbench.measure.peak_memory import PeakMemory
from asrbench.measure.virtual_clock import Heard, revisions
from asrbench.results import streamed_rows
from asrbench.sources.manifest import Manifest
from asrbench.study import config
from asrbench.study.job import Job
from asrbench.tables import streaming as streaming_table
from hypothesis import given
from hypothesis import strategies as st
from small_models import random_model

RATE_HZ = 16000
TONE = (0.3 * np.sin(np.arange(RATE_HZ) * 0.3)).astype(np.float32)


class Told(interface.Recogniser):
    """A recogniser that says so many words as it has heard pieces, each as it is told.

    Args:
        words: after each piece; an exception is raised.
        last: the text that stays.
        ends_after: pieces, after which it declares the end.
    """

    streams = True

    def __init__(self, words=(), last="the end", ends_after=None):
        self.words, self.last, self.lengths = list(words), last, []
        self.declares_end, self.ends_after = ends_after is not None, ends_after
        self.finished = 0

    def decode(self, waveform):
        self.lengths.append(len(waveform))
        return Transcript(self.last)

    def use_threads(self, count):
        pass

    def facts(self):
        return {}

    def listen(self):
        told = iter(self.words)

        class Listening:
            ended, heard = False, 0

            def feed(_self, chunk):
                self.lengths.append(len(chunk))
                _self.heard += 1
                _self.ended = _self.heard == self.ends_after
                text = next(told, "")
                if isinstance(text, Exception):
                    raise text
                return text

            def finish(_self):
                self.finished += 1
                return Transcript(self.last)

        return Listening()


def test_a_piece_is_done_after_it_came_and_after_the_one_before():
    heard = Heard()
    for number, (compute_s, text) in enumerate([(0.3, ""), (0.05, "a"), (0.01, "a b")], start=1):
        heard.piece(0.1 * number, compute_s, text)
    heard.end(0.02, "a b c")
    assert heard.done_s == pytest.approx([0.4, 0.45, 0.46])
    assert heard.backlog_s == pytest.approx([0.3, 0.25, 0.16])
    assert (heard.first_text_s, heard.end_s) == pytest.approx((0.45, 0.48))
    assert heard.late_pieces == 1


@given(
    st.lists(st.floats(0, 2), min_size=1, max_size=30),
    st.floats(0.02, 2),
)
def test_nothing_is_done_before_it_came_and_order_is_kept(compute_s, piece_s):
    heard = Heard()
    for number, seconds in enumerate(compute_s, start=1):
        heard.piece(number * piece_s, seconds, "")
    heard.end(0.0, "")
    assert (heard.backlog_s >= -1e-9).all() and (np.diff(heard.done_s) >= 0).all()
    # Whatever the pieces, no more is waited for than all computing after the last has come.
    assert heard.end_s <= len(compute_s) * piece_s + sum(compute_s) + 1e-6
    assert heard.end_s >= max(len(compute_s) * piece_s, piece_s + sum(compute_s)) - 1e-6


@pytest.mark.parametrize(
    "texts, count",
    [
        (["a", "a b", "a b c"], 0),
        (["par", "party", "party time"], 0),
        (["a b", "a c"], 1),
        (["a b c", "a b"], 1),
        (["a b", "", "a b"], 1),
        (["the part", "the party", "a party"], 1),
        ([], 0),
    ],
)
def test_a_revision_changes_or_drops_a_word(texts, count):
    assert revisions(texts) == count


@given(st.integers(0, 8000), st.integers(400, 8000), st.integers(0, 8000), st.floats(1e-3, 0.9))
def test_speech_is_bounded_to_10_ms(before, length, after, loudness):
    tone = loudness * np.sign(np.sin(np.arange(length) + 0.5))
    waveform = np.concatenate([np.zeros(before), tone, np.zeros(after)]).astype(np.float32)
    begins_s, ends_s = speech_bounds.bounds_s(waveform, RATE_HZ)
    # A frame at an edge may hold too little of the tone to count, or be counted whole.
    assert abs(begins_s - before / RATE_HZ) <= 0.01 + 1e-9
    assert abs(ends_s - (before + length) / RATE_HZ) <= 0.01 + 1e-9


@pytest.mark.parametrize("below_loudest_db, most_s", [(60, 0.02), (35, 0.06), (25, 0.15)])
def test_the_ends_of_the_demo_s_speech_are_found_where_they_were_put(below_loudest_db, most_s):
    paths = sorted((Path(__file__).parents[1] / "demo/speech").rglob("*.flac"))
    assert len(paths) > 50
    wrong_s = []
    for number, path in enumerate(paths):
        waveform, _ = soundfile.read(path, dtype="float32")
        begins, ends = (round(at_s * RATE_HZ) for at_s in speech_bounds.bounds_s(waveform, RATE_HZ))
        placed = np.pad(waveform[begins:ends], (RATE_HZ // 2 + 37 * number, RATE_HZ))
        frames = waveform[: len(waveform) // 160 * 160].reshape(-1, 160)
        loudest = np.sqrt((frames**2).mean(axis=1)).max()
        noise = np.random.default_rng(number).normal(0, 1, len(placed))
        noisy = placed + loudest * 10 ** (-below_loudest_db / 20) * noise
        found = speech_bounds.bounds_s(noisy.astype(np.float32), RATE_HZ)
        begins_s = 0.5 + 37 * number / RATE_HZ
        exact = begins_s, begins_s + (ends - begins) / RATE_HZ
        wrong_s += [found[0] - exact[0], exact[1] - found[1]]
    # The louder the room, the more of a soft beginning or end is lost in it; no noise is speech.
    assert np.quantile(np.abs(wrong_s), 0.9) < most_s
    assert min(wrong_s) > -0.05


def test_silence_has_no_bounds():
    assert speech_bounds.bounds_s(np.zeros(1000, np.float32), RATE_HZ) is None
    assert speech_bounds.bounds_s(np.zeros(0, np.float32), RATE_HZ) is None
    with pytest.raises(UserError, match="nothing but silence"):
        streaming.row(Told(), np.zeros(RATE_HZ, np.float32), 0.1, None)


def test_every_sample_is_given_once_and_the_last_piece_is_what_is_left():
    told = Told(["", "a", "a b"])
    row = streaming.row(told, TONE[:5000], 0.1, None)
    assert told.lengths == [1600, 1600, 1600, 200] and row["pieces"] == 4
    assert row["text"] == "the end" and row["partials"] == 2
    assert row["first_partial_s"] > 0.2 - row["speech_begins_s"]
    assert row["final_s"] >= len(TONE[:5000]) / RATE_HZ - row["speech_ends_s"]
    assert len(row["pieces_compute_s"].split()) == 4


def test_a_piece_longer_than_the_utterance_is_one_piece():
    row = streaming.row(Told(), TONE[:4000], 30.0, None)
    assert (row["pieces"], row["partials"]) == (1, 0)
    # Nothing is said until the end: the first words are the last.
    assert row["first_partial_s"] == pytest.approx(row["final_s"] + row["speech_ends_s"], abs=0.02)


def test_a_recogniser_that_says_nothing_has_no_first_words():
    row = streaming.row(Told(last=""), TONE, 0.25, None)
    assert row["first_partial_s"] == "" and row["status"] == "ok"
    assert row["reason"] == "the search gave no hypothesis"


def test_partials_that_shrink_are_revisions():
    assert streaming.row(Told(["a b", "a", ""], "a b c"), TONE, 0.25, None)["revisions"] == 2


def test_whole_utterances_are_decoded_again_only_where_that_is_asked_for():
    told = Told()
    told.streams = False
    with pytest.raises(UserError, match=r"not applicable: .*streaming\.redecode_s"):
        streaming.row(told, TONE, 0.1, None)
    streaming.row(told, TONE, 0.1, 0.3)
    assert told.lengths == [4800, 9600, 14400, 16000]


def test_the_end_that_a_recogniser_declares_counts_from_the_end_of_speech():
    # Speech of one second in pieces of a quarter: the sixth is half a second of quiet later.
    declared = Told(ends_after=6)
    row = streaming.row(declared, TONE, 0.25, None)
    assert row["endpoint_s"] == pytest.approx(0.5, abs=0.05) and row["final_s"] < 0.1
    assert declared.finished == 2  # the session of the words, and that of the end
    early = streaming.row(Told(ends_after=2), TONE, 0.25, None)
    assert early["endpoint_s"] == pytest.approx(-0.5, abs=0.02)
    never = Told(ends_after=0)
    assert streaming.row(never, TONE, 0.25, None)["endpoint_s"] == ""
    assert sum(never.lengths) == len(TONE) * 2 + streaming.QUIET_S * RATE_HZ
    assert streaming.row(Told(), TONE, 0.25, None)["endpoint_s"] == ""


def test_an_error_in_the_middle_fails_that_row_and_no_other(tmp_path):
    told = Told(["a", RuntimeError("lost")])
    names = [{"utterance_id": f"u{n}", "piece_s": 0.25} for n in range(2)]
    takes = [Take(names[0], lambda: TONE), Take(names[1], lambda: TONE[:3000])]
    rows = RowFile(tmp_path / "rows.csv", [*names[0], *streaming.COLUMNS], {})
    streaming.time_all(told, takes, None, rows, lambda _: None, PeakMemory())
    rows.finish()
    found = pd.read_csv(tmp_path / "rows.csv", keep_default_na=False)
    assert found["status"].tolist() == ["failed", "ok"]
    assert found["reason"].tolist() == ["RuntimeError: lost", ""]


def test_the_virtual_clock_is_that_of_a_run_at_the_pace_of_speech():
    class Slow(Told):
        def listen(self):
            inner = super().listen()

            class Listening:
                def feed(_self, chunk):
                    time.sleep(0.002)
                    return inner.feed(chunk)

                def finish(_self):
                    time.sleep(0.004)
                    return inner.finish()

            return Listening()

    for paced in (False, True):
        heard = streaming.hear(Slow().listen(), TONE[:4800], RATE_HZ, 0.1, paced)
        # Both wait for speech and for computing; neither is over before the speech.
        assert heard.end_s >= 0.3 and heard.done_s[0] >= 0.1


def test_a_piece_shorter_than_a_frame_is_refused():
    small = {"name": "s", "speech": {"name": "s", "path": "."}}
    small["models"] = [{"name": "m", "source": "x"}]
    with pytest.raises(UserError, match=r"streaming.pieces_s\[0\]: 0.005 must be .*0.02"):
        config.parse(small | {"streaming": {"pieces_s": [0.005]}})


BLOCKS = {"output_size": 16, "attention_heads": 2, "linear_units": 32, "num_blocks": 1}
BLOCKS |= {"block_size": 16, "hop_size": 4, "look_ahead": 4}


@pytest.fixture(scope="module")
def espnet(tmp_path_factory):
    """A small block-processing model, opened to stream."""
    manifest = random_model(
        tmp_path_factory.mktemp("m"),
        encoder="contextual_block_conformer",
        encoder_conf=BLOCKS,
        normalize=None,
    )
    axes = {"engine": "espnet-streaming", "precision": "float32"}
    job = Job("m", axes=axes | {"ctc_weight": "0.3", "beam_size": 2})
    opened = catalogue.recogniser("espnet-streaming").opened(manifest, job, 1)
    with torch.no_grad():  # or random weights end every hypothesis at once
        opened.speech2text.asr_model.decoder.output_layer.bias[-1] -= 20
    return opened


def test_espnet_streams_in_pieces(espnet):
    speech = np.random.default_rng(1).normal(0, 0.1, 2 * RATE_HZ).astype(np.float32)
    heard = streaming.hear(espnet.listen(), speech, RATE_HZ, 0.32)
    assert len(heard.texts) == 7 and heard.text
    assert espnet.lookahead_s == pytest.approx(8 * 4 * 256 / RATE_HZ)
    # Another utterance finds nothing of the one before.
    again = streaming.hear(espnet.listen(), speech, RATE_HZ, 0.32)
    assert (again.text, again.texts) == (heard.text, heard.texts)
    whole = espnet.transcribe(speech)
    assert whole.encode_s > 0 and whole.search_s > 0 and whole.text
    # What the batch sweep of the same process times.
    assert espnet.model is espnet.speech2text.asr_model


def test_an_utterance_too_short_for_espnet_spoils_no_other(espnet):
    speech = np.random.default_rng(2).normal(0, 0.1, RATE_HZ).astype(np.float32)
    before = streaming.hear(espnet.listen(), speech, RATE_HZ, 0.32).texts
    with pytest.raises(RuntimeError):
        streaming.hear(espnet.listen(), TONE[:100], RATE_HZ, 0.1)
    assert streaming.hear(espnet.listen(), speech, RATE_HZ, 0.32).texts == before


def test_the_demo_s_model_streams_its_words(monkeypatch):
    folder = Path(__file__).parents[1] / "demo"
    monkeypatch.chdir(folder / "models/streaming")
    manifest = Manifest("m", "trained", Path("config.yaml"), Path("model.pth"), None)
    axes = {"engine": "espnet-streaming", "precision": "float32"}
    job = Job("m", axes=axes | {"ctc_weight": "1.0", "beam_size": 3})
    recogniser = catalogue.recogniser("espnet-streaming").opened(manifest, job, 1)
    said, heard = [], []
    for path in sorted(folder.rglob("*.flac"))[::16]:
        lines = next(path.parent.glob("*.trans.txt")).read_text().splitlines()
        said.append(next(line.split(" ", 1)[1] for line in lines if path.stem in line))
        waveform, _ = soundfile.read(path, dtype="float32")
        heard.append(streaming.row(recogniser, waveform, 0.32, None))
    assert jiwer.cer(said, [row["text"] for row in heard]) < 0.1
    assert all(row["speech_ends_s"] <= row["duration_s"] for row in heard)


def test_an_encoder_that_needs_the_whole_utterance_is_refused(tmp_path):
    axes = {"engine": "espnet-streaming", "precision": "float32"}
    job = Job("m", axes=axes | {"ctc_weight": "0.3", "beam_size": 2})
    with pytest.raises(UserError, match=r"needs the whole utterance: set its engine to espnet$"):
        catalogue.recogniser("espnet-streaming").opened(random_model(tmp_path), job, 1)


def test_a_front_end_that_espnet_cuts_wrongly_is_refused(tmp_path):
    uncentred = {"n_fft": 512, "hop_length": 256, "center": False}
    encoder = {"encoder": "contextual_block_conformer", "encoder_conf": BLOCKS}
    manifest = random_model(tmp_path, **encoder, frontend_conf=uncentred)
    axes = {"engine": "espnet-streaming", "precision": "float32"}
    job = Job("m", axes=axes | {"ctc_weight": "0.3", "beam_size": 2})
    with pytest.raises(UserError, match="front end with centred windows alone"):
        catalogue.recogniser("espnet-streaming").opened(manifest, job, 1)


@pytest.mark.skipif(
    not recogniser_weights.SPEECH.is_dir(), reason="there is no LibriSpeech beside the project"
)
def test_pocketsphinx_streams_real_words():
    root = recogniser_weights.pocketsphinx_en_us()
    files = catalogue.located("pocketsphinx")(root)
    manifest = Manifest("m", "trained", root / "model.json", None, None, files)
    recogniser = catalogue.recogniser("pocketsphinx").opened(manifest, Job("m"), 1)
    path = min(recogniser_weights.SPEECH.rglob("*.flac"), key=lambda path: path.stat().st_size)
    waveform, _ = soundfile.read(path, dtype="float32")
    row = streaming.row(recogniser, waveform, 0.1, None)
    assert len(row["text"].split()) >= 3 and row["partials"] > 1
    assert re.fullmatch(r"[\w' .()]+", row["text"])
    # Its detector hears 0.3 s of quiet at least before it declares the end.
    assert 0.2 < row["endpoint_s"] < streaming.QUIET_S + row["compute_s"]


def test_vosk_streams_and_declares_the_end(tmp_path):
    root = recogniser_weights.vosk_ko()
    files = catalogue.located("vosk")(root)
    manifest = Manifest("m", "trained", root / "model.json", None, None, files)
    recogniser = catalogue.recogniser("vosk").opened(manifest, Job("m"), 1)
    # Words of a language that the model does not know give words of its own.
    speech = (Path(__file__).parents[1] / "demo").rglob("*.flac")
    path = max(speech, key=lambda path: path.stat().st_size)
    waveform, _ = soundfile.read(path, dtype="float32")
    row = streaming.row(recogniser, waveform, 0.2, None)
    assert row["text"] and row["partials"] > 1 and row["endpoint_s"] != ""
    # An utterance of two, with a pause after which the engine begins anew: both are there.
    twice = np.concatenate([waveform, streaming.silence(3 * RATE_HZ), waveform])
    heard = streaming.hear(recogniser.listen(), twice, RATE_HZ, 0.2)
    assert len(heard.text.split()) > len(row["text"].split())
    assert recogniser.transcribe(waveform).text


def raw(folder: Path, compute_s: float, rounds: int = 2, ends=None) -> None:
    """Rows of two utterances in pieces of 0.1 and 0.5 s."""
    for number in range(1, rounds + 1):
        rows = []
        for name in ("a", "b"):
            for piece_s in (0.1, 0.5):
                pieces = round(1.0 / piece_s)
                heard = Heard()
                for place in range(pieces):
                    heard.piece((place + 1) * piece_s, compute_s * (1 + 0.01 * number), "one")
                heard.end(0.02, "one two")
                rows.append(
                    {"utterance_id": name, "piece_s": piece_s, "order": len(rows)}
                    | {"samples": 16000, "duration_s": 1.0, "speech_begins_s": 0.1}
                    | {"speech_ends_s": 0.9, "pieces": pieces, "late_pieces": heard.late_pieces}
                    | {"first_partial_s": heard.first_text_s - 0.1, "final_s": heard.end_s - 0.9}
                    | {"compute_s": sum(heard.compute_s) + 0.02, "end_compute_s": 0.02}
                    | {"backlog_p95_s": heard.backlog_s[-1], "partials": 1, "revisions": 0}
                    | {"backlog_max_s": heard.backlog_s.max(), "text": "one two"}
                    | {"pieces_compute_s": " ".join(f"{s:.6f}" for s in heard.compute_s)}
                    | {"status": "ok", "reason": ""}
                )
        path = folder / f"results/streaming/m/ctc0.3/round{number}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        table = pd.DataFrame(rows)
        if ends is not None:
            table["endpoint_s"] = ends
        table.to_csv(path, index=False)
        beside = {"lookahead_s": 0.4, "streams": True, "declares_end": ends is not None}
        Path(f"{path}.checks.json").write_text(json.dumps(beside))


def studied(folder: Path):
    """A study of one variant, and the sample beside it."""
    sample = pd.DataFrame({"utterance_id": ["a", "b"], "speaker": "s", "duration_s": 1.0})
    (folder / "results/data").mkdir(parents=True)
    sample.assign(text="ONE TWO").to_csv(folder / "results/data/sample.csv", index=False)
    return config.parse(
        {
            "name": "s",
            "speech": {"name": "s", "path": "."},
            "models": [{"name": "m", "source": "x", "engine": "espnet-streaming"}],
            "ctc_weights": [0.3],
            "streaming": {"pieces_s": [0.1, 0.5], "rounds": 2, "utterances": 2},
        }
    )


def test_the_table_says_what_keeps_up_and_what_falls_behind(tmp_path):
    study = studied(tmp_path)
    raw(tmp_path, compute_s=0.2)
    rows = streaming_table.build(study, tmp_path / "results").set_index("piece_s")
    assert rows["live"].to_dict() == {0.1: "falls behind", 0.5: "keeps up"}
    assert rows.at[0.1, "late_share"] == 1 and rows.at[0.5, "late_share"] == 0
    # Ten pieces of 0.2 s and more come 0.1 s apart: the last is done at 0.1 + 10 × 0.203 s.
    assert rows.at[0.1, "final_mean_s"] == pytest.approx(0.1 + 10 * 0.203 + 0.02 - 0.9, abs=0.01)
    assert rows.at[0.1, "final_low_s"] < rows.at[0.1, "final_mean_s"] < rows.at[0.1, "final_high_s"]
    assert rows.at[0.5, "piece_rtf_max"] == pytest.approx(0.2 * 1.02 / 0.5)
    assert (rows["wer_percent"] == 0).all() and (rows["lookahead_s"] == 0.4).all()
    assert rows["wer_whole_percent"].isna().all() if "wer_whole_percent" in rows else True
    assert (rows["streams"] == "streams").all()


def test_ends_that_an_engine_declares_are_told_apart(tmp_path):
    study = studied(tmp_path)
    raw(tmp_path, compute_s=0.01)
    without = streaming_table.build(study, tmp_path / "results")
    assert without.get("endpoint_missed_share", pd.Series(dtype=float)).isna().all()
    # Of utterance a and b, in pieces of 0.1 and 0.5 s: after the end, early and never.
    raw(tmp_path, compute_s=0.01, ends=[0.4, 0.5, -0.2, None])
    rows = streaming_table.build(study, tmp_path / "results").set_index("piece_s")
    assert rows["endpoint_mean_s"].to_dict() == pytest.approx({0.1: 0.4, 0.5: 0.5})
    assert rows["endpoint_early_share"].to_dict() == {0.1: 0.5, 0.5: 0.0}
    assert rows["endpoint_missed_share"].to_dict() == {0.1: 0.0, 0.5: 0.5}


def test_rows_that_cannot_be_right_are_told(tmp_path):
    study = studied(tmp_path)
    raw(tmp_path, compute_s=0.01)
    path = tmp_path / "results/streaming/m/ctc0.3/round2.csv"
    rows = pd.read_csv(path)
    rows.loc[0, "final_s"] = -3.0
    rows.loc[1, "pieces"] = 7
    rows.iloc[:3].to_csv(path, index=False)
    found = streamed_rows.read(study, tmp_path / "results", study.variants()[0])
    told = "; ".join(found.reasons)
    for words in ("final_s is below 0", "other pieces than times", "1 of 4 rows are missing"):
        assert words in told, told


def test_a_variant_that_does_not_stream_has_its_reason(tmp_path):
    content = studied(tmp_path).model_dump()
    content["models"][0]["engine"] = "espnet"
    rows = streaming_table.build(config.parse(content), tmp_path / "results")
    assert rows["reason"].str.startswith("not applicable: engine espnet takes whole").all()
    assert len(rows) == 1 and rows["piece_s"].isna().all()  # once, not for each length
