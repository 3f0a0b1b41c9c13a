"""Shards: every utterance in one of them, longest first, and a corpus that comes back whole."""

import json
import tracemalloc

import pytest
from asrbench.basics.errors import UserError
from asrbench.basics.part_file import PartFile
from asrbench.engines.interface import Transcript
from asrbench.measure import decode, shards
from asrbench.results import hypotheses_file
from asrbench.sources.corpus import Utterance
from hypothesis import given
from hypothesis import strategies as st

DURATIONS = st.lists(st.floats(0.1, 40), min_size=1, max_size=60)


def corpus(durations):
    return [
        Utterance(f"u{i:03}", "s", "nowhere", 1, 16000, duration_s, "A B")
        for i, duration_s in enumerate(durations)
    ]


def ids(utterances):
    return [one.utterance_id for one in utterances]


@given(DURATIONS, st.integers(1, 9))
def test_every_utterance_is_in_one_shard_longest_first(durations, count):
    table = corpus(durations)
    parts = [shards.take(table, number, count) for number in range(1, count + 1)]
    assert sorted(name for part in parts for name in ids(part)) == ids(table)
    lengths = [[one.duration_s for one in part] for part in parts]
    assert all(each == sorted(each, reverse=True) for each in lengths)
    sums = [sum(each) for each in lengths]
    assert max(sums) - min(sums) <= max(durations) + 1e-9


@given(DURATIONS, st.integers(1, 9))
def test_the_order_of_the_list_does_not_matter(durations, count):
    table = corpus(durations)
    for number in range(1, count + 1):
        assert shards.take(table, number, count) == shards.take(table[::-1], number, count)


@pytest.mark.parametrize("text", ["0-of-2", "3-of-2", "1", "1/2", "a-of-b", "-1-of-2", ""])
def test_a_shard_that_there_is_not(text):
    with pytest.raises(UserError, match="such as 2-of-8"):
        shards.parse(text)


def transcript(text):
    return Transcript(text, 2, -1.0, 0.1, 0.1, 0.1, 0.1, 0.3, "end")


def decoded(path, table, transcribe):
    out = PartFile(path, {})
    decode.decode(transcribe, table, out, "asrbench 1", lambda done: None)
    out.finish()


def test_the_gathered_file_is_the_same_for_any_number_of_shards(tmp_path):
    table = corpus([1.0, 9.0, 3.0, 7.0, 5.0])
    files = []
    for count in (1, 2, 4):
        parts = []
        for number in range(1, count + 1):
            parts.append(tmp_path / f"{number}-of-{count}.jsonl")
            part = shards.take(table, number, count)
            decoded(parts[-1], part, lambda row: transcript(f"A {row.utterance_id}"))
        files.append(tmp_path / f"{count}.jsonl")
        hypotheses_file.gather(parts, ids(table), files[-1])
    assert files[0].read_bytes() == files[1].read_bytes() == files[2].read_bytes()
    rows = [json.loads(line) for line in files[0].read_text().splitlines()]
    assert [row["utterance_id"] for row in rows] == ids(table)
    assert rows[0]["hypothesis"] == "A u000" and rows[0]["speaker"] == "s"


def test_shards_of_another_corpus_are_refused(tmp_path):
    table = corpus([1.0, 2.0, 3.0])
    decoded(tmp_path / "a.jsonl", table[:2], lambda row: transcript("A"))
    with pytest.raises(UserError, match="u002 and 0 more"):
        hypotheses_file.gather([tmp_path / "a.jsonl"], ids(table), tmp_path / "out")
    with pytest.raises(UserError, match="u001 and 0 more"):
        hypotheses_file.gather([tmp_path / "a.jsonl"], ["u000"], tmp_path / "out")
    with pytest.raises(UserError, match="is in two shards"):
        hypotheses_file.gather([tmp_path / "a.jsonl"] * 2, ["u000", "u001"], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_failure_is_a_line_and_a_killed_shard_goes_on(tmp_path):
    table = corpus([3.0, 2.0, 1.0])
    heard = []

    def transcribe(row):
        heard.append(row.utterance_id)
        if row.utterance_id == "u001":
            raise RuntimeError("out of memory")
        if row.utterance_id == "u002" and len(heard) == 3:
            raise KeyboardInterrupt
        return transcript("A")

    with pytest.raises(KeyboardInterrupt):
        decoded(tmp_path / "a.jsonl", table, transcribe)
    decoded(tmp_path / "a.jsonl", table, transcribe)
    assert heard == ["u000", "u001", "u002", "u002"]
    rows = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    assert [row["status"] for row in rows] == ["ok", "failed", "ok"]
    assert rows[1]["reason"] == "RuntimeError: out of memory"


def test_a_shard_of_failures_alone_says_so_where_it_ends(tmp_path, capsys):
    def transcribe(row):
        raise RuntimeError("out of memory")

    decoded(tmp_path / "a.jsonl", corpus([1.0, 2.0]), transcribe)
    (told,) = capsys.readouterr().err.splitlines()
    assert "a.jsonl: all 2 rows failed (RuntimeError: out of memory)" in told


def test_memory_does_not_grow_with_the_corpus(tmp_path):
    """What is decoded is written and forgotten: 30 MB of words through a few."""
    words = "A" * 100_000
    table = corpus([1.0] * 300)
    tracemalloc.start()
    try:
        decoded(tmp_path / "a.jsonl", table, lambda row: transcript(words + row.utterance_id))
        _now, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (tmp_path / "a.jsonl").stat().st_size > 30_000_000
    assert peak_bytes < 5_000_000
