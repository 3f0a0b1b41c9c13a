"""CTC prefix scores of the fast search, against ESPnet's and against what probabilities must be."""

import pytest
import torch
from asrbench.engines.espnet import stand_ins
from asrbench.engines.espnet_fast import search
from asrbench.engines.espnet_fast.ctc_prefix import LOG_ZERO, CtcPrefixScorer
from small_models import random_model, recogniser


class Given:
    """Stands for a CTC head whose log probabilities are the encoder output itself."""

    def log_softmax(self, encoded):
        return encoded


def posteriors(steps: int, tokens: int, spread: float, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return (torch.randn(steps, tokens, generator=generator) * spread).log_softmax(1)


@pytest.mark.parametrize("spread", [0.1, 3.0, 40.0, 300.0])
@pytest.mark.parametrize("steps", [1, 2, 3, 30, 200])
def test_prefix_scores_of_every_token(steps, spread):
    """Against both of ESPnet's implementations, along given prefixes with repeated tokens."""
    CTCPrefixScorer = stand_ins.load("espnet.nets.scorers.ctc").CTCPrefixScorer

    end = 11
    encoded = posteriors(steps, end + 1, spread, seed=steps)
    mine = CtcPrefixScorer(CTCPrefixScorer(Given(), end), start=end)
    batched, single = CTCPrefixScorer(Given(), end), CTCPrefixScorer(Given(), end)
    batched.batch_init_state(encoded)
    batch_state, single_state = [None], single.init_state(encoded)
    state, prefix = mine.begin(encoded), [end]
    for token in [4, 4, 7, 4, 4, 4, 1, 2][: steps - 1] + [4]:
        y = torch.tensor(prefix)
        scores = mine.score(state, y[-1:])[0]
        from_batch, after = batched.batch_score_partial(y[None], None, batch_state, None)
        from_single, single_after = single.score_partial(
            y, torch.arange(end + 1), single_state, encoded
        )
        for reference in (from_batch[0], from_single):
            possible = reference > LOG_ZERO / 2
            assert torch.equal(possible, scores > LOG_ZERO / 2)
            torch.testing.assert_close(
                scores[possible], reference[possible], rtol=1e-4, atol=2e-3 * max(1, spread / 3)
            )
        state = mine.keep(state, torch.tensor([0]), torch.tensor([token]))
        batch_state = [batched.select_state(after, 0, token)]
        single_state = single.select_state(single_after, token)
        prefix.append(token)


def test_prefix_scores_are_probabilities():
    """Psi of all continuations and of the end add up to psi of the prefix."""
    CTCPrefixScorer = stand_ins.load("espnet.nets.scorers.ctc").CTCPrefixScorer

    encoded = posteriors(50, 9, 2.0, seed=1)
    mine = CtcPrefixScorer(CTCPrefixScorer(Given(), 8), start=8)
    # A token of no probability: the head of a real model has one that it never emits, the end.
    encoded[:, 8] = -1e4
    encoded = encoded.log_softmax(1)
    state = mine.begin(encoded)
    for token in (3, 3, 5):
        total = mine.score(state, state.last).logsumexp(1)
        torch.testing.assert_close(total, torch.zeros(1), atol=1e-4, rtol=0)
        state = mine.keep(state, torch.tensor([0]), torch.tensor([token]))


def test_sums_too_small_for_the_product_are_computed_apart():
    """A token that is only likely where the prefix hardly is."""
    CTCPrefixScorer = stand_ins.load("espnet.nets.scorers.ctc").CTCPrefixScorer

    encoded = torch.full((40, 5), -200.0)
    encoded[:20, 1] = encoded[20:, 2] = 0.0
    encoded = encoded.log_softmax(1)
    mine = CtcPrefixScorer(CTCPrefixScorer(Given(), 4), start=4)
    reference = CTCPrefixScorer(Given(), 4)
    state, reference_state = mine.begin(encoded), reference.init_state(encoded)
    y = torch.tensor([4])
    for token in (3, 1, 2):
        wanted, after = reference.score_partial(y, torch.arange(5), reference_state, encoded)
        torch.testing.assert_close(
            mine.score(state, y[-1:])[0][1:], wanted[1:], rtol=1e-5, atol=1e-3
        )
        y = torch.cat((y, torch.tensor([token])))
        state = mine.keep(state, torch.tensor([0]), y[-1:])
        reference_state = reference.select_state(after, token)


def test_longer_than_the_utterance_fails_as_it_does_in_espnet():
    CTCPrefixScorer = stand_ins.load("espnet.nets.scorers.ctc").CTCPrefixScorer

    encoded = posteriors(2, 6, 1.0, seed=1)
    reference = CTCPrefixScorer(Given(), 5)
    mine = CtcPrefixScorer(reference, start=5)
    state, reference_state = mine.begin(encoded), reference.init_state(encoded)
    y = torch.tensor([5])
    for token in (1, 2, 3):
        mine.score(state, y[-1:])
        _, after = reference.score_partial(y, torch.arange(6), reference_state, encoded)
        y = torch.cat((y, torch.tensor([token])))
        state = mine.keep(state, torch.tensor([0]), y[-1:])
        reference_state = reference.select_state(after, token)
    with pytest.raises(IndexError):
        reference.score_partial(y, torch.arange(6), reference_state, encoded)
    with pytest.raises(IndexError, match="3 tokens in 2 encoder steps"):
        mine.score(state, y[-1:])


@pytest.mark.parametrize("beam", [1, 5, 12])
def test_outputs_with_repeated_tokens(tmp_path, beam):
    """A CTC head that is certain of A A B B B A, with a blank where one must be."""
    model = recogniser(random_model(tmp_path), 1.0, beam)
    reference = model.speech2text.beam_search
    spelled = [5, 0, 5, 0, 6, 6, 0, 6, 0, 6, 0, 5]
    encoded = posteriors(len(spelled), 14, 1.0, seed=beam)
    encoded[torch.arange(len(spelled)), torch.tensor(spelled)] += 9.0
    encoded = encoded.log_softmax(1)
    reference.scorers["ctc"].ctc = Given()
    fast = search.in_place_of(reference)(encoded)
    assert fast[0].yseq.tolist()[1:-1] == [5, 5, 6, 6, 6, 5]
    with torch.no_grad():
        wanted = reference(encoded)
    assert fast[0].yseq.tolist() == wanted[0].yseq.tolist()
    assert float(fast[0].score) == pytest.approx(float(wanted[0].score), rel=1e-5)
