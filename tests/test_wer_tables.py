"""Word error rates with speakers, pairs, durations and alignments, from hypotheses on disk."""

import numpy as np
import pandas as pd
import pytest
import raw_rows
from asrbench.basics.errors import UserError
from asrbench.results import wer_rows
from asrbench.tables import wer, wer_pairs, wer_vs_duration, wer_worst
from hypothesis import given
from hypothesis import strategies as st

WORDS = ["ONE", "TWO", "THREE", "FOUR", "FIVE"]


@pytest.fixture
def results(tmp_path):
    return tmp_path / "results"


def lines(wrong, speakers=40, each=5, duration=lambda i: 2.0 + i):
    """Utterances of five words, of which ``wrong(i)`` are substituted."""
    made = []
    for i in range(speakers * each):
        guess = ["X"] * wrong(i) + WORDS[wrong(i) :]
        made.append(
            {
                "utterance_id": f"u{i:04}",
                "speaker": f"s{i // each}",
                "reference": " ".join(WORDS),
                "hypothesis": " ".join(guess),
                "duration_s": duration(i),
                "status": "ok",
            }
        )
    return made


def make(table, results, *weights):
    return table.TABLE.make(raw_rows.study(("m",), list(weights)), results)


def test_the_interval_is_over_speakers_where_there_are_enough(results):
    # All of a speaker's words are wrong or none: 200 utterances say as much as 40.
    raw_rows.hypotheses(results, "m", "0.0", lines(lambda i: 5 * ((i // 5) % 4 == 0)))
    few = lines(lambda i: 5 * ((i // 5) % 4 == 0), speakers=8, each=25)
    raw_rows.hypotheses(results, "m", "0.3", few)
    unnamed = [line | {"speaker": ""} for line in lines(lambda i: 5 * ((i // 5) % 4 == 0))]
    raw_rows.hypotheses(results, "m", "1.0", unnamed)
    table = make(wer, results, "0.0", "0.3", "1.0")
    assert list(table["interval_over"]) == ["speakers", "utterances", "utterances"]
    widths = table["wer_high_percent"] - table["wer_low_percent"]
    assert widths[0] > 1.8 * widths[2]
    assert list(table["wer_percent"]) == pytest.approx([25.0] * 3, abs=13)


def test_pairs_are_told_apart_by_utterance_where_their_intervals_overlap(results):
    # Utterances differ much, and the second variant makes one error more in every fifth.
    often = [0, 1, 2, 3, 4]
    raw_rows.hypotheses(results, "m", "0.0", lines(lambda i: often[i * 7 % 5]))
    more = lines(lambda i: min(5, often[i * 7 % 5] + (i % 5 == 2)))
    raw_rows.hypotheses(results, "m", "0.3", more)
    raw_rows.hypotheses(results, "m", "1.0", lines(lambda i: often[i * 7 % 5]))
    found = make(wer_pairs, results, "0.0", "0.3", "1.0")
    assert list(found["verdict"]) == ["better", "no difference shown", "worse"]
    assert list(found["difference_percent"]) == pytest.approx([-4.0, 0.0, 4.0])
    assert (found["utterances_shared"] == 200).all()


def test_pairs_over_the_utterances_that_both_have(results):
    raw_rows.hypotheses(results, "m", "0.0", lines(lambda i: 1)[:120])
    raw_rows.hypotheses(results, "m", "0.3", lines(lambda i: 2)[60:])
    raw_rows.hypotheses(results, "m", "1.0", lines(lambda i: 2)[120:])
    found = make(wer_pairs, results, "0.0", "0.3", "1.0")
    assert list(found["utterances_shared"]) == [60, 0, 80]
    assert found["reason"][1].startswith("they share no utterance; 200 utterances are left out")
    assert found["verdict"][1] == ""


def test_long_utterances_that_are_cut_show_as_deletions_of_the_last_classes(results):
    made = lines(lambda i: 0)
    for i, line in enumerate(made):
        if i >= 160:
            line["hypothesis"] = "ONE"
    raw_rows.hypotheses(results, "m", "0.0", made)
    table = make(wer_vs_duration, results, "0.0")
    assert list(table["utterances"]) == [40] * 5
    assert list(table["deletions_percent"]) == [0, 0, 0, 0, 80]
    assert list(table["words_written_percent"]) == [100, 100, 100, 100, 20]
    assert (table["duration_low_s"].iloc[1:].values > table["duration_high_s"].iloc[:-1]).all()


def test_few_utterances_make_one_class_and_unknown_durations_a_reason(results):
    raw_rows.hypotheses(results, "m", "0.0", lines(lambda i: 1)[:7])
    unknown = [{**line, "duration_s": None} for line in lines(lambda i: 1)[:7]]
    raw_rows.hypotheses(results, "m", "0.3", unknown)
    table = make(wer_vs_duration, results, "0.0", "0.3")
    assert len(table) == 2 and table["reason"][1] == "the hypotheses have no durations"
    assert table["wer_percent"][0] == pytest.approx(20)


def test_the_worst_come_first_and_those_without_errors_not_at_all(results):
    raw_rows.hypotheses(results, "m", "0.0", lines(lambda i: i % 5 if i < 30 else 0))
    table = make(wer_worst, results, "0.0")
    assert list(table["rank"]) == list(range(1, 21))
    assert list(table["substitutions"]) == [4] * 6 + [3] * 6 + [2] * 6 + [1] * 2
    assert table["alignment"][0] == "[ONE>X] [TWO>X] [THREE>X] [FOUR>X] FIVE"


def test_an_alignment_by_hand():
    found = wer_worst.aligned("A B C D E", "A X D E F")
    assert found in ("A [B>X] [-C] D E [+F]", "A [-B] [C>X] D E [+F]")
    assert wer_worst.aligned("", "A B") == "[+A B]"
    assert wer_worst.aligned("A B", "") == "[-A B]"


@given(st.lists(st.sampled_from("ABC"), min_size=1), st.lists(st.sampled_from("ABC")))
def test_an_alignment_gives_both_texts_back(reference, hypothesis):
    found = wer_worst.aligned(" ".join(reference), " ".join(hypothesis))
    there, heard = [], []
    for piece in found.replace("[", "\0[").replace("]", "]\0").split("\0"):
        piece = piece.strip()
        if not piece.startswith("["):
            there += piece.split()
            heard += piece.split()
        elif ">" in piece:
            there.append(piece[1:-1].split(">")[0])
            heard.append(piece[1:-1].split(">")[1])
        else:
            (there if piece[1] == "-" else heard).extend(piece[2:-1].split())
    assert (there, heard) == (reference, hypothesis)


def test_lines_that_are_not_of_the_corpus_are_told_and_not_scored(results):
    corpus = lines(lambda i: i % 2, speakers=4)
    listed = [
        {"utterance_id": line["utterance_id"], "duration_s": line["duration_s"]}
        | {"text": line["reference"]}
        for line in corpus
    ]
    raw_rows.write_csv(results / "data/utterances.csv", listed)
    raw_rows.hypotheses(results, "m", "0.0", corpus)
    sound = make(wer, results, "0.0").iloc[0]
    assert sound["reason"] == "" and sound["utterances"] == 20 and sound["wer_percent"] == 10

    def remarks(changed):
        raw_rows.hypotheses(results, "m", "0.0", changed)
        return make(wer, results, "0.0").iloc[0]

    assert remarks(corpus[:16])["reason"] == "4 of 20 utterances are missing"
    doubled = remarks([*corpus, *corpus[:2]])
    assert doubled["reason"] == "4 lines are of one utterance with another line, and are not scored"
    assert doubled["utterances"] == 18
    foreign = [corpus[0] | {"utterance_id": "v"}, *corpus[1:]]
    assert "1 lines are of utterances that are not listed" in remarks(foreign)["reason"]
    assert remarks([corpus[0] | {"duration_s": 2.0 + 1e-12}, *corpus[1:]])["reason"] == ""
    assert (
        "1 lines have another" in remarks([corpus[0] | {"duration_s": "2"}, *corpus[1:]])["reason"]
    )
    other = [corpus[0] | {"reference": "TWO"}, corpus[1] | {"duration_s": 9.0}, *corpus[2:]]
    assert remarks(other)["reason"].startswith("2 lines have another reference or duration")


def test_a_variant_without_hypotheses_has_its_reason_in_every_table(results):
    raw_rows.not_applicable(results, "m", "0.0")
    for table in (wer, wer_pairs, wer_vs_duration, wer_worst):
        rows = make(table, results, "0.0", "0.3")
        assert "not applicable: random weights" in rows["reason"][0]
        assert np.isnan(rows.filter(like="_percent").to_numpy(float)).all()


def test_units_need_speakers_for_all():
    table = pd.DataFrame({"speaker": [f"s{i}" for i in range(12)]})
    assert wer_rows.units(table)[1] == "speakers"
    table.loc[3, "speaker"] = ""
    assert wer_rows.units(table)[1] == "utterances"


def test_letters_that_the_normalisation_takes_out_are_refused_in_references(results):
    # All words wrong but a number: what is left would say 0 %.
    line = lines(lambda i: 0, 1, 1)[0]
    wrong = line | {"reference": "в 2020 году", "hypothesis": "на 2020 горе"}
    raw_rows.hypotheses(results, "m", "0.3", [wrong])
    with pytest.raises(UserError, match=r"librispeech takes в г .* wer.normalisation: basic"):
        make(wer, results, "0.3")


def test_letters_of_hypotheses_that_are_not_scored_are_told(results):
    found = lines(lambda i: 0, 1, 3)
    found[1]["hypothesis"] += " мир"
    raw_rows.hypotheses(results, "m", "0.3", found)
    table = make(wer, results, "0.3")
    assert "1 of 3 hypotheses hold other letters: librispeech takes и м р" in table["reason"][0]


def test_hypotheses_that_were_cut_at_the_longest_length_are_counted(results):
    told = [line | {"ended": "end"} for line in lines(lambda i: 0)]
    told[3]["ended"], told[4]["ended"], told[5]["ended"] = "length", "length", "empty"
    raw_rows.hypotheses(results, "m", "0.0", told)
    raw_rows.hypotheses(results, "m", "1.0", lines(lambda i: 0))
    table = make(wer, results, "0.0", "1.0")
    assert list(table.loc[0, ["ended_by_length_utterances", "empty_utterances"]]) == [2, 1]
    assert table.loc[1, ["ended_by_length_utterances", "empty_utterances"]].isna().all()
