import pytest
from asrbench.basics.errors import UserError
from asrbench.sources.corpus import Utterance
from asrbench.sources.sample import draw, draw_pieces, shuffled
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

# A busy machine must not fail a test.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def speech(durations, rate=16000):
    return [
        Utterance(f"u-{i:04}", "u", f"u-{i:04}.flac", int(d * rate), rate, d, "A")
        for i, d in enumerate(durations)
    ]


def ids(utterances):
    return [one.utterance_id for one in utterances]


durations = st.lists(st.integers(1, 30), min_size=1, max_size=60)


@unhurried
@given(durations, st.integers(1, 80), st.integers(0, 5), st.randoms())
def test_a_draw_has_its_size_and_one_of_each_stratum_in_any_order_of_rows(
    seconds, count, seed, random
):
    corpus = speech(seconds)
    drawn = draw(corpus, count, seed)
    assert len(set(ids(drawn))) == len(drawn) == min(count, len(corpus))
    turned = list(corpus)
    random.shuffle(turned)
    assert draw(turned, count, seed) == drawn == sorted(drawn)
    # Strata are disjoint and ordered, so the k-th shortest drawn lies in the k-th stratum.
    ranks = sorted(seconds)
    for k, duration in enumerate(sorted(one.duration_s for one in drawn)):
        size, n = len(corpus), len(drawn)
        assert ranks[k * size // n] <= duration <= ranks[(k + 1) * size // n - 1]


def test_the_draw_is_the_same_on_every_platform():
    drawn = draw(speech([i % 7 + 1 for i in range(20)]), 4, seed=1)
    assert ids(drawn) == ["u-0000", "u-0003", "u-0010", "u-0012"]
    assert shuffled(["a", "b", "c", "d"], "x", 1) == ["d", "c", "b", "a"]


def test_another_seed_draws_others():
    corpus = speech([i % 9 + 1 for i in range(200)])
    drawn = {seed: set(ids(draw(corpus, 20, seed))) for seed in range(3)}
    assert drawn[0] != drawn[1] != drawn[2]


def test_a_draw_of_everything_is_the_corpus():
    corpus = speech([3, 1, 2])
    assert draw(corpus, 10, 1) == corpus


@unhurried
@given(durations, st.integers(1, 2_000_000), st.integers(0, 9), st.sampled_from([8000, 44100]))
def test_pieces_reach_the_length_and_no_piece_is_spare(seconds, samples, repeat, rate):
    corpus = speech(seconds, rate)
    pieces = draw_pieces(corpus, samples, 16000, repeat, seed=1)
    lengths = {one.utterance_id: one.samples * 16000 // rate for one in corpus}
    assert sum(lengths[p] for p in pieces) >= samples
    assert sum(lengths[p] for p in pieces[:-1]) < samples
    # None comes again before all have come.
    assert len(set(pieces)) == min(len(pieces), len(corpus))


def test_pieces_of_a_longer_input_begin_with_those_of_a_shorter():
    corpus = speech(range(1, 20))
    short, long = (draw_pieces(corpus, 16000 * s, 16000, 0, 1) for s in (10, 60))
    assert long[: len(short)] == short


def test_repeats_begin_with_different_utterances():
    firsts = [draw_pieces(speech([5, 6, 7]), 100, 16000, repeat, 1)[0] for repeat in range(3)]
    assert len(set(firsts)) == 3


def test_a_table_without_speech_is_refused():
    with pytest.raises(UserError, match="no speech to join"):
        draw_pieces([], 100, 16000, 0, 1)
