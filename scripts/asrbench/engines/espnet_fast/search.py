"""The search itself: ESPnet's beam search over all hypotheses of a step at once."""

from dataclasses import dataclass
from typing import Any

import torch

from asrbench.basics.errors import UserError
from asrbench.engines import search_end
from asrbench.engines.espnet_fast import selection
from asrbench.engines.espnet_fast.ctc_prefix import CtcPrefixScorer
from asrbench.engines.espnet_fast.ended import Ended
from asrbench.engines.espnet_fast.language_model import LanguageModelScorer
from asrbench.engines.espnet_fast.rnn import RnnScorer
from asrbench.engines.espnet_fast.transformer import TransformerScorer

# What this search calls of a scorer: for clocks.
SCORER_METHODS = ["begin", "score", "keep"]


@dataclass
class Running:
    """n hypotheses that go on.

    ``tokens``: shape (n, length), int64; ``scores``: shape (n,); ``parts``: each
    scorer's unweighted sum, shape (n,); ``states``: each scorer's own.
    """

    tokens: torch.Tensor
    scores: torch.Tensor
    parts: dict[str, torch.Tensor]
    states: dict[str, object]


class FastSearch(torch.nn.Module):
    """Gives what ``espnet.nets``' ``BeamSearch`` or ``BatchBeamSearch`` gives.

    Args:
        reference: ESPnet's search with its scorers, weights and sizes.

    Raises:
        UserError: it has a scorer, or a decoder, that this engine does not know.
    """

    def __init__(self, reference: torch.nn.Module):
        super().__init__()
        _check(reference)
        # Speech2Text looks at these two.
        self.nn_dict = reference.nn_dict
        self.token_list = reference.token_list
        self.weights = reference.weights
        self.beam_size = reference.beam_size
        self.pre_beam_size = reference.pre_beam_size if reference.do_pre_beam else None
        self.start, self.end = reference.sos, reference.eos
        self.normalize_length = reference.normalize_length
        self.batched = type(reference).__name__ == "BatchBeamSearch"
        self.select = selection.together if self.batched else selection.row_by_row
        self.scorers = {}
        if "decoder" in reference.scorers:
            self.scorers["decoder"] = _decoder(reference.scorers["decoder"])
        if "lm" in reference.scorers:
            self.scorers["lm"] = LanguageModelScorer(reference.scorers["lm"], self.start)
        if "ctc" in reference.scorers:
            self.scorers["ctc"] = CtcPrefixScorer(reference.scorers["ctc"], self.start)

    @torch.inference_mode()
    def forward(self, x: torch.Tensor, maxlenratio: float = 0.0, minlenratio: float = 0.0) -> list:
        """Search one utterance.

        Args:
            x: encoder output, shape (T, features).
            maxlenratio: 0: until no better hypothesis can be expected; below 0: so many
                tokens; above 0: this share of T.
            minlenratio: hypotheses that end before this share of T are dropped; below 0:
                before so many tokens.

        Returns:
            ESPnet's hypotheses, the best first, without states.
        """
        longest = search_end.longest(maxlenratio, len(x))
        shortest = int(minlenratio * len(x)) if minlenratio >= 0 else -int(minlenratio)
        running = self._begin(x)
        ended = Ended()
        for position in range(longest):
            grown = self._step(running, position, longest, shortest, ended)
            if grown is None or (maxlenratio == 0.0 and ended.no_more_needed(position)):
                break
            running = grown
        if not ended.hypotheses and minlenratio >= 0.1:
            return self.forward(x, maxlenratio, max(0.0, minlenratio - 0.1))
        return ended.ranked(self.normalize_length)

    def _begin(self, x: torch.Tensor) -> Running:
        return Running(
            tokens=torch.full((1, 1), self.start, dtype=torch.int64, device=x.device),
            scores=x.new_zeros(1),
            parts={name: x.new_zeros(1) for name in self.scorers},
            states={name: scorer.begin(x) for name, scorer in self.scorers.items()},
        )

    def _step(
        self, running: Running, position: int, longest: int, shortest: int, ended: Ended
    ) -> Running | None:
        """One more token; None when no hypothesis goes on."""
        scores, parts = self._scored(running)
        parents, tokens = self.select(scores, self.beam_size)
        grown = torch.cat((running.tokens[parents], tokens[:, None]), dim=1)
        scores = scores[parents, tokens]
        parts = {
            name: running.parts[name][parents] + part[parents, tokens]
            for name, part in parts.items()
        }
        ends = tokens == self.end
        if position == longest - 1:
            # Every hypothesis is ended by force, those that end by themselves too.
            grown = torch.nn.functional.pad(grown, (0, 1), value=self.end)
            ends.fill_(True)
        gone, left = ends.nonzero()[:, 0], (~ends).nonzero()[:, 0]
        if position >= shortest and len(gone):
            ended.add(grown[gone], scores[gone], {name: part[gone] for name, part in parts.items()})
        if not len(left):
            return None
        parents, tokens = parents[left], tokens[left]
        return Running(
            tokens=grown[left],
            scores=scores[left],
            parts={name: part[left] for name, part in parts.items()},
            states={
                name: scorer.keep(running.states[name], parents, tokens)
                for name, scorer in self.scorers.items()
            },
        )

    def _scored(self, running: Running) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """Scores of every continuation, whole and by scorer, shape (n, V).

        The sums are made in ESPnet's order: they are floats.
        """
        last = running.tokens[:, -1]
        parts, candidates = {}, None
        total: Any = 0.0  # shape (n, V) from the first scorer on
        if "decoder" in self.scorers:
            parts["decoder"] = self.scorers["decoder"].score(running.states["decoder"], last)
            total = self.weights["decoder"] * parts["decoder"]
        if "lm" in self.scorers:
            parts["lm"] = self.scorers["lm"].score(running.states["lm"], last)
            total = total + self.weights["lm"] * parts["lm"]
        if "ctc" in self.scorers:
            if self.pre_beam_size is not None:
                candidates = total.topk(self.pre_beam_size, dim=-1)[1]
            parts["ctc"] = self.scorers["ctc"].score(running.states["ctc"], last, candidates)
            total = total + self.weights["ctc"] * parts["ctc"]
        total = total + running.scores[:, None]
        if candidates is not None and not self.batched:
            # Here ESPnet's two searches differ: this one drops what it has not scored,
            # the end of a hypothesis too.
            chosen = total.gather(1, candidates)
            total = torch.full_like(total, float("-inf")).scatter_(1, candidates, chosen)
        return total, parts


def in_place_of(reference: torch.nn.Module) -> FastSearch:
    """The search that finds what ESPnet's ``reference`` finds."""
    return FastSearch(reference)


def _decoder(decoder: torch.nn.Module):
    from espnet2.asr.decoder.rnn_decoder import RNNDecoder
    from espnet2.asr.decoder.transformer_decoder import TransformerDecoder

    scorers = {TransformerDecoder: TransformerScorer, RNNDecoder: RnnScorer}
    if type(decoder) not in scorers:
        raise UserError(
            f"engine: espnet-fast does not know the decoder {type(decoder).__name__}, only "
            f"{', '.join(known.__name__ for known in scorers)}: set engine: espnet for this model"
        )
    return scorers[type(decoder)](decoder)


def _check(reference: torch.nn.Module) -> None:
    from espnet.nets.batch_beam_search import BatchBeamSearch
    from espnet.nets.beam_search import BeamSearch

    if type(reference) not in (BeamSearch, BatchBeamSearch):
        raise UserError(
            f"engine: espnet-fast has no counterpart of ESPnet's {type(reference).__name__}"
        )
    others = sorted(set(reference.scorers) - {"decoder", "lm", "ctc"})
    if others:
        raise UserError(f"engine: espnet-fast does not know the scorer(s) {', '.join(others)}")
    if reference.return_hs or reference.hyp_primer is not None:
        raise UserError("engine: espnet-fast returns no hidden states and takes no primer")
    if reference.do_pre_beam and reference.pre_beam_score_key != "full":
        raise UserError(
            f"engine: espnet-fast does not know pre_beam_score_key {reference.pre_beam_score_key!r}"
        )
