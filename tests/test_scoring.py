"""Word error rates by hand, and the texts that they are counted on."""

import sys
import unicodedata

import numpy as np
import pytest
from asrbench.basics.errors import UserError
from asrbench.statistics import scoring
from asrbench.study import normalise


@pytest.mark.parametrize(
    "given, made",
    [
        ("well-known café, isn’t it?", "WELL KNOWN CAFE ISN'T IT"),
        ("  a\tb \n c ", "A B C"),
        ("— …", ""),
        ("Room 101", "ROOM 101"),
        ("<noise> yes", "NOISE YES"),
    ],
)
def test_librispeech_normalisation(given, made):
    assert normalise.librispeech(given) == made
    assert normalise.librispeech(made) == made


def test_none_changes_nothing():
    assert normalise.none(" a B ") == " a B "


def test_counts_by_hand():
    pairs = [
        ("THE CAT SAT", "THE CAT SAT"),  # 3 hits
        ("A B C D", "A X C"),  # 2 hits, 1 substitution, 1 deletion
        ("ONE", "ONE TWO THREE"),  # 1 hit, 2 insertions
    ]
    score = scoring.score(scoring.count(pairs))
    assert (score.words, score.hits) == (8, 6)
    assert (score.substitutions, score.deletions, score.insertions) == (1, 1, 2)
    assert score.wer_percent == pytest.approx(100 * 4 / 8)
    assert score.cer_percent == pytest.approx(100 * (1 + 2 + 10) / (11 + 7 + 3))
    assert score.sentence_error_percent == pytest.approx(200 / 3)
    assert score.wer_low_percent <= 50 <= score.wer_high_percent


def test_failed_utterances_are_all_deleted_and_counted():
    score = scoring.score(scoring.count([("A B", None), ("C D", "C D")]))
    assert (score.failed, score.deletions, score.wer_percent) == (1, 2, 50.0)


def test_empty_reference_counts_insertions():
    score = scoring.score(scoring.count([("", "A B"), ("C D", "C D"), ("", "")]))
    assert (score.insertions, score.words, score.wer_percent) == (2, 2, 100.0)
    assert score.sentence_error_percent == pytest.approx(100 / 3)


def test_nothing_but_empty_references_has_no_rate():
    score = scoring.score(scoring.count([("", "A")]))
    assert np.isnan(score.wer_percent) and score.insertions == 1


def test_zero_and_more_than_a_hundred():
    right = scoring.score(scoring.count([("A B", "A B"), ("C", "C")]))
    assert (right.wer_percent, right.wer_low_percent, right.wer_high_percent) == (0, 0, 0)
    wordy = scoring.score(scoring.count([("A", "X Y Z"), ("B", "B C D")]))
    assert wordy.wer_percent == 250.0


def test_no_normalisation_leaves_case_as_an_error():
    assert scoring.score(scoring.count([("Yes", "yes"), ("no", "no")])).wer_percent == 50.0


def test_interval_by_the_same_rule_for_many_utterances():
    generator = np.random.default_rng(2)
    pairs = [("A B C D E", "A B C D " + ("E" if ok else "F")) for ok in generator.random(400) < 0.8]
    score = scoring.score(scoring.count(pairs))
    assert score.wer_low_percent < 4.0 < score.wer_high_percent
    assert score.wer_high_percent - score.wer_low_percent < 2.5


@pytest.mark.parametrize(
    "given, made",
    [
        ("В 2020 году, да!", "в 2020 году да"),
        ("Żółw — żółta łódź", "żółw żółta łódź"),
        ("cafe\u0301", "café"),
        ("STRASSE", "strasse"),
        ("straße ﬁn", "strasse fin"),
        ("हिन्दी में", "हिन्दी में"),
        ("می‌خواهم", "میخواهم"),
        ("你好。", "你好"),
        ("isn’t it", "isn't it"),
    ],
)
def test_basic_keeps_the_letters_of_every_script(given, made):
    assert normalise.basic(given) == made
    assert normalise.basic(made) == made


def test_basic_takes_no_letter_mark_or_digit_away():
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        category = unicodedata.category(character)
        if category[0] in "LM" or category == "Nd":
            kept = normalise.basic(f"a{character}")
            assert kept != "a" and kept == normalise.basic(kept), hex(code)


@pytest.mark.parametrize(
    "one, other",
    [
        ("Mr. Smith's twenty-one cats", "mister smith is 21 cats"),
        ("The colour of labour", "the color of labor"),
        ("I WON'T, can't", "i will not can not"),
        ("two thousand and five dollars", "$2005"),
        ("uh, café (laughs)", "cafe"),
    ],
)
def test_english_is_written_one_way(one, other):
    made = normalise.english(one)
    assert made == normalise.english(other)
    assert scoring.score(scoring.count([(made, normalise.english(other))])).wer_percent == 0


@pytest.mark.parametrize("text", ["हिन्दी में", "ภาษาไทยที่นี่"])
def test_vowels_that_english_would_take_off_as_accents_are_letters(text):
    with pytest.raises(UserError, match=r"normalisation english takes .* of u1, .* basic"):
        normalise.check("english", [("u1", text)], "utterances.csv")
    normalise.check("basic", [("u1", text)], "utterances.csv")


@pytest.mark.parametrize("text", ["в 2020 году", "łódka", "你好", "٢٠٢٠", "œuvre"])
def test_a_normalisation_that_takes_letters_away_is_refused(text):
    with pytest.raises(UserError, match=r"of u2, .* set wer.normalisation: basic") as raised:
        normalise.check("librispeech", [("u1", "A"), ("u2", text)], "utterances.csv")
    assert "\n" not in str(raised.value)
    normalise.check("basic", [("u2", text)], "utterances.csv")
    normalise.check("none", [("u2", text)], "utterances.csv")


@pytest.mark.parametrize("text", ["É’s CAFÉ", "e\u0301", "straße", "２０２０", "— …", "x\u0302"])
def test_accents_and_other_forms_of_its_letters_are_librispeechs_own(text):
    normalise.check("librispeech", [("u1", text)], "utterances.csv")
