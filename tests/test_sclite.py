"""Errors counted as NIST's sclite counts them (Debian's package sctk), utterance by utterance.

sclite finds the alignment that is cheapest where a substitution costs 4 and a deletion or
insertion 3; a word error rate asks for the fewest errors. Where the two differ, each must be
no worse than the other by its own costs; hypothesis and reference fix deletions minus insertions.
"""

import re
import shutil
import subprocess

import pytest
from asrbench.statistics import scoring
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.skipif(
    shutil.which("sctk") is None, reason="sctk is not installed (apt-get install sctk)"
)

# Few words, so that there are many alignments of the same cost; two of them differ in case.
WORDS = st.lists(st.sampled_from(["a", "b", "c", "A", "ab", "it's", "é", "д"]), max_size=14)
PAIRS = st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=30)


def sclite(folder, pairs, *options):
    """(correct, substitutions, deletions, insertions) of each pair, as sclite counts them."""
    for name, side in (("ref", 0), ("hyp", 1)):
        lines = [f"{pair[side]} (s_{number})\n" for number, pair in enumerate(pairs)]
        (folder / name).write_text("".join(lines))
    command = ["sctk", "sclite", "-s", "-i", "spu_id", "-e", "utf-8", "-f", "0", *options]
    command += ["-r", "ref", "trn", "-h", "hyp", "trn", "-o", "pralign", "stdout"]
    told = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    line = r"^id: \(s_(\d+)\)\nScores: \(#C #S #D #I\) (\d+) (\d+) (\d+) (\d+)"
    found = re.findall(line, told, re.MULTILINE)
    scores = {int(number): tuple(map(int, counts)) for number, *counts in found}
    return [scores[number] for number in range(len(pairs))]


def ours(pairs):
    first = scoring.count(pairs).first
    columns = (first.hits, first.substitutions, first.deletions, first.insertions)
    return [tuple(map(int, row)) for row in zip(*columns, strict=True)]


def cost(counts):
    _hits, substitutions, deletions, insertions = counts
    return 4 * substitutions + 3 * deletions + 3 * insertions


PLAIN = [
    ("the cat sat on the mat", "the cat sat on the mat"),
    ("the cat sat on the mat", "the cat on a mat"),
    ("the cat sat", "the the cat cat sat sat"),
    ("one two three", ""),
    ("a", "b c d e"),
    ("a b c d e f g h", "b c d e f g h a"),
    ("It's late", "its late"),
    ("в 2020 году", "в 2020 годы"),
]


def test_the_same_counts_where_one_alignment_is_best_by_both_costs(tmp_path):
    assert ours(PLAIN) == sclite(tmp_path, PLAIN)


CHINESE = [
    ("今天天气很好", "今天天气很好"),
    ("今天天气很好", "今天 天气好"),
    ("我们 去公园", "我门去公园吧"),
    ("你好", ""),
    ("日本語のテキスト", "日本のテキストを"),
]


def test_the_same_characters_of_a_script_without_spaces(tmp_path):
    assert ours(CHINESE) == sclite(tmp_path, CHINESE, "-c")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(PAIRS)
def test_neither_finds_an_alignment_that_beats_the_other_by_its_own_costs(tmp_path, words):
    pairs = [(" ".join(reference), " ".join(guess)) for reference, guess in words]
    for pair, mine, theirs in zip(pairs, ours(pairs), sclite(tmp_path, pairs), strict=True):
        assert sum(mine[:3]) == sum(theirs[:3]), pair  # words of the reference
        assert mine[2] - mine[3] == theirs[2] - theirs[3], pair
        assert sum(mine[1:]) <= sum(theirs[1:]), pair
        assert cost(theirs) <= cost(mine), pair
        if theirs[1] == mine[1]:
            assert theirs == mine, pair
