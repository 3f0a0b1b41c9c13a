"""Utterances above speech.longest_s: refused, or decoded in pieces and scored whole."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import raw_rows
import soundfile
import yaml
from asrbench.basics.errors import UserError
from asrbench.engines.interface import Transcript
from asrbench.engines.search_end import AT_LENGTH, BY_ITSELF, EMPTY
from asrbench.measure import decode
from asrbench.sources import corpus, silences
from asrbench.sources.listing import list_corpus
from asrbench.study import config, describe_job
from asrbench.tables import wer
from hypothesis import given
from hypothesis import strategies as st
from test_wer_job import command, hypotheses, study
from workflow import ROOT

RATE = 8000


@given(st.integers(0, 200_000), st.integers(8000, 40_000), st.integers(0, 9))
def test_pieces_are_the_whole_and_neither_too_long_nor_slivers(samples, longest, seed):
    waveform = np.random.default_rng(seed).normal(0, 0.1, samples).astype("float32")
    pieces = silences.cut(waveform, RATE, longest / RATE)
    np.testing.assert_array_equal(np.concatenate(pieces), waveform)
    assert max(map(len, pieces)) <= longest
    assert len(pieces) == 1 or min(map(len, pieces)) >= longest // 2


def test_cuts_are_in_the_silences():
    waveform = np.random.default_rng(0).normal(0, 0.1, 5 * RATE).astype("float32")
    for at_s in (1.5, 3.2):
        waveform[int(at_s * RATE) : int((at_s + 0.2) * RATE)] = 0
    ends_s = np.cumsum([len(piece) for piece in silences.cut(waveform, RATE, 2.0)]) / RATE
    assert 1.5 <= ends_s[0] <= 1.7 and 3.2 <= ends_s[1] <= 3.4 and len(ends_s) == 3


def transcript(text, ended=BY_ITSELF, score=-1.0):
    return Transcript(text, len(text.split()), score, 0.1, 0.2, 0.0, 0.0, 0.4, ended)


def test_what_pieces_give_is_joined():
    joined = decode.joined([transcript("ONE TWO"), transcript("", EMPTY, None), transcript("SIX")])
    assert (joined.text, joined.tokens, joined.score) == ("ONE TWO SIX", 3, -2.0)
    assert joined.ended == BY_ITSELF and joined.latency_s == pytest.approx(1.2)
    assert decode.joined([transcript("A"), transcript("B", AT_LENGTH)]).ended == AT_LENGTH
    nothing = decode.joined([transcript("", EMPTY, None)] * 2)
    assert (nothing.text, nothing.score, nothing.ended) == ("", None, EMPTY)


def test_long_ones_are_listed_with_the_reason_and_the_others_go_on(tmp_path):
    for name, seconds in (("a", 1.0), ("b", 2.5)):
        soundfile.write(tmp_path / f"{name}.wav", np.full(int(seconds * RATE), 0.1), RATE)
    (tmp_path / "manifest.csv").write_text("path,text\na.wav,A\nb.wav,B\n")
    assert len(list_corpus(tmp_path).utterances) == 2
    listing = list_corpus(tmp_path, longest_s=2.0)
    assert listing.utterances["utterance_id"].tolist() == ["a.wav"]
    assert listing.rejected["reason"].tolist() == [
        "is longer than speech.longest_s: 2.5 s, not 2 s; cut it, or set speech.longer: cut"
    ]


def speech(**keys):
    return {"speech": {"name": "s", "path": "speech", **keys}}


def test_only_a_study_that_cuts_decodes_otherwise():
    plain, refuse, cut = (
        raw_rows.study(**speech(**keys))
        for keys in ({}, {"longest_s": 2}, {"longest_s": 2, "longer": "cut"})
    )
    described = [describe_job.decoding(s, s.variants()[0]) for s in (plain, refuse, cut)]
    assert described[0] == described[1]
    assert described[2] == described[0] | {"cut_above_s": 2}
    assert len({json.dumps(describe_job.speech(s)) for s in (plain, refuse, cut)}) == 3


def test_a_table_says_how_long_ones_are_scored(tmp_path):
    cut = raw_rows.study(("m",), ["0.3"], **speech(longest_s=2, longer="cut"))
    raw_rows.hypotheses(tmp_path, "m", "0.3")
    rows = wer.TABLE.make(cut, tmp_path)
    wer.TABLE.write(rows, cut, *(tmp_path / f"wer.{end}" for end in ("csv", "md", "tex")))
    assert "longer than 2 s were decoded in pieces" in (tmp_path / "wer.md").read_text()


def test_a_limit_below_a_second_is_refused():
    with pytest.raises(UserError, match=r"speech.longest_s: 0.5 must be at least 1"):
        raw_rows.study(**speech(longest_s=0.5))


def test_a_corpus_is_decoded_in_pieces_and_long_ones_are_not_timed(tmp_path):
    """The whole way: each long utterance has the words of its pieces."""
    folder = study(tmp_path / "cut", max_utterances=2, shards=1)
    given = yaml.safe_load((folder / "config.yaml").read_text())
    given["ctc_weights"] = [0.3]
    listed = list_corpus(given["speech"]["path"]).utterances["duration_s"]
    given["speech"] |= {"longest_s": float(listed.median()), "longer": "cut"}
    (folder / "config.yaml").write_text(yaml.safe_dump(given))
    (out, _other) = hypotheses(folder)
    wanted = [*command(folder)[:-2], str(out.relative_to(folder)), "results/data/sample.csv"]
    done = subprocess.run(wanted, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert max(line["duration_s"] for line in lines) > listed.median()
    assert all(line["status"] == "ok" and line["hypothesis"] for line in lines)
    sample = corpus.read(folder / "results/data/sample.csv")
    assert 0 < max(one.duration_s for one in sample) <= listed.median()

    # The same words piece by piece.
    long = max(lines, key=lambda line: line["duration_s"])
    job = describe_job.of(config.load(folder / "config.yaml"), "decoding", "m", "ctc0.3")
    speech = corpus.read(folder / "results/data/utterances.csv")
    (path,) = (one.path for one in speech if one.utterance_id == long["utterance_id"])
    waveform, rate = soundfile.read(folder / path, dtype="float32")
    rows = []
    for number, piece in enumerate(silences.cut(waveform, rate, job.pop("cut_above_s"))):
        soundfile.write(folder / f"{number}.wav", piece, rate, subtype="FLOAT")
        sound = (f"{number}.wav", len(piece), rate, len(piece) / rate)
        rows.append((str(number), "", *sound, "A"))
    corpus.write_table(pd.DataFrame(rows, columns=corpus.UTTERANCE_COLUMNS), folder / "pieces.csv")
    described = json.dumps(job | {"max_utterances": None})
    script = [sys.executable, str(ROOT / "scripts/decode_corpus.py"), "--job", described]
    asked = [*script, "--utterances", "pieces.csv", "--out", "pieces.jsonl"]
    subprocess.run(asked, cwd=folder, check=True, capture_output=True)
    found = map(json.loads, (folder / "pieces.jsonl").read_text().splitlines())
    texts = {line["utterance_id"]: line["hypothesis"] for line in found}
    assert long["hypothesis"] == " ".join(filter(None, (texts[row[0]] for row in rows)))
