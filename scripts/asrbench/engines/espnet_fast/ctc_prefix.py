"""CTC prefix scores of all tokens, and forward variables of the hypotheses that survive.

Source: Watanabe, Hori, Kim, Hershey, Hayashi, "Hybrid CTC/Attention Architecture
for End-to-End Speech Recognition", IEEE JSTSP 11(8), 2017, Algorithm 2; what
ESPnet computes is ``espnet/nets/ctc_prefix_score.py``.

For a prefix g, r_n(t) and r_b(t) are the probabilities that the frames up to t
spell g and end in its last token (n) or in blank (b). With

    phi(t) = r_n(t) + r_b(t), or r_b(t) alone for the token that g ends with

the prefix h = g·c has the probability, over all that may follow,

    psi(h)   = sum over t of phi(t-1) p(t, c)                                  (1)
    psi(eos) = r_n(T-1) + r_b(T-1)
    r_n(t|h) = (r_n(t-1|h) + phi(t-1)) p(t, c)                                 (2)
    r_b(t|h) = (r_n(t-1|h) + r_b(t-1|h)) p(t, blank)                           (3)

and the score of c after g is log psi(h) - log psi(g). Time starts one step
before the first frame, where nothing has been spelled: r_b(-1) = 1 for the
empty prefix, which is also what makes the first frame no special case.

Psi needs phi and the emissions alone: (1) is one matrix product for all
hypotheses and tokens, once the largest phi of each hypothesis is taken out.
ESPnet computes (2) and (3) for every token that it scores, frame by frame.

(2) and (3) are first-order recurrences with a solution that has no loop: with
X(t) = log p(0, c) + … + log p(t, c),

    log r_n(t|h) = X(t) + log sum over s ≤ t of exp(log phi(s-1) - X(s-1))

a running log-sum-exp, in double precision since X becomes large.

Letters in shapes: n hypotheses, V tokens, T encoder steps.
"""

import math
from dataclasses import dataclass, field

import torch

# ESPnet's logarithm of zero. Its single-precision sums leave it as it is, so here it is
# restored after each step: scores of impossible prefixes are then the same to the bit.
LOG_ZERO = -1e10
_IMPOSSIBLE = LOG_ZERO / 2

# A phi below this share (its logarithm) of its hypothesis's largest is left out of the product,
# and sums below the second figure, which could owe more than a millionth to what was left out
# (for less than 10,000 frames), are computed again without it.
_SMALLEST_SHARE = math.log(1e-30)
_SMALLEST_SUM = 1e-20

# Pairs of hypothesis and token whose sums are computed again at a time.
_PAIRS = 1024


@dataclass
class State:
    """Of n prefixes of the same length.

    ``ends``: log r_n and log r_b from time -1 to T-1, shape (2, n, T+1), double.
    ``log_psi``: of the prefix, shape (n, 1), float.
    ``last``: its last token, shape (n,), int64; ``length``: tokens without the start.
    ``log_phi`` (n, T+1) and ``next_psi`` (n, V): filled by ``score``.
    """

    ends: torch.Tensor
    log_psi: torch.Tensor
    last: torch.Tensor
    length: int
    log_phi: torch.Tensor = field(init=False)
    next_psi: torch.Tensor = field(init=False)


class CtcPrefixScorer:
    """Prefix scores by ESPnet's CTC head.

    Args:
        scorer: ESPnet's ``CTCPrefixScorer``, of which the head and the end token are used.
        start: the token that every hypothesis starts with.
    """

    BLANK = 0

    def __init__(self, scorer, start: int):
        self.head = scorer.ctc
        self.start = start
        self.end = scorer.eos

    def begin(self, encoded: torch.Tensor) -> State:
        """The state of the empty hypothesis.

        Args:
            encoded: encoder output, shape (T, features).
        """
        log_p = self.head.log_softmax(encoded[None])[0]
        # Token by token, (V, T): what is looked up are single tokens over all time.
        self.log_p = log_p.t().contiguous()
        self.p = self.log_p.exp()
        self.blank_sum = _running_sum(self.log_p[self.BLANK].double()[None])
        ends = self.blank_sum.new_full((2, *self.blank_sum.shape), LOG_ZERO)
        ends[1] = self.blank_sum
        last = torch.full((1,), self.start, dtype=torch.int64, device=encoded.device)
        return State(ends, log_p.new_zeros(1, 1), last, length=0)

    def score(
        self, state: State, last: torch.Tensor, candidates: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Log psi of each hypothesis with one more token, less its own; shape (n, V).

        Args:
            last: the last token of each hypothesis, shape (n,), int64.
            candidates: the tokens in question, shape (n, k), int64; all others, but the
                end, then count as impossible, as they do in ESPnet.

        Raises:
            IndexError: the hypotheses are longer than the utterance has encoder steps.
        """
        if state.length > self.log_p.size(1):
            raise IndexError(
                f"{state.length} tokens in {self.log_p.size(1)} encoder steps: no CTC path"
            )
        state.log_phi = torch.logaddexp(state.ends[0], state.ends[1])
        psi = self._psi(state.log_phi[:, :-1], candidates)
        # The token that a prefix ends with must be parted from it by a blank.
        repeated = self._psi(state.ends[1, :, :-1], last[:, None])
        if candidates is None:
            psi.scatter_(1, last[:, None], repeated)
        else:
            asked = torch.where(candidates == last[:, None], repeated, psi)
            psi = asked.new_full((len(last), len(self.p)), LOG_ZERO)
            psi.scatter_(1, candidates, asked)
        psi[:, self.end] = state.log_phi[:, -1].to(psi.dtype)
        if self.end != self.BLANK:
            psi[:, self.BLANK] = LOG_ZERO
        state.next_psi = psi
        return psi - state.log_psi

    def keep(self, state: State, parents: torch.Tensor, tokens: torch.Tensor) -> State:
        """The state of the hypotheses that survive: ``parents[i]`` with ``tokens[i]`` behind it."""
        repeated = (tokens == state.last[parents])[:, None]
        log_phi = torch.where(repeated, state.ends[1, parents], state.log_phi[parents])
        emitted = _running_sum(self.log_p[tokens].double())
        ends = torch.full_like(state.ends[:, :1], LOG_ZERO).repeat(1, len(tokens), 1)
        ends[0, :, 1:] = emitted[:, 1:] + (log_phi - emitted)[:, :-1].logcumsumexp(1)
        _restore_zeros(ends[0])
        ends[1, :, 1:] = self.blank_sum[:, 1:] + (ends[0] - self.blank_sum)[:, :-1].logcumsumexp(1)
        _restore_zeros(ends[1])
        log_psi = state.next_psi[parents, tokens][:, None]
        return State(ends, log_psi, tokens, state.length + 1)

    def _psi(self, log_phi: torch.Tensor, candidates: torch.Tensor | None) -> torch.Tensor:
        """(1) without regard to what each prefix ends with.

        Args:
            log_phi: shape (n, T).
            candidates: tokens of each prefix, shape (n, k); None: all tokens.

        Returns:
            log psi, shape (n, k) or (n, V).
        """
        largest = log_phi.amax(1, keepdim=True)
        shares = (log_phi - largest).to(self.p.dtype)
        shares = shares.masked_fill_(shares < _SMALLEST_SHARE, LOG_ZERO).exp_()
        if candidates is None:
            sums = shares @ self.p.t()
        else:
            sums = torch.bmm(self.p[candidates], shares[:, :, None])[:, :, 0]
        doubtful = sums < _SMALLEST_SUM
        psi = sums.log_().add_(largest.to(sums.dtype))
        if doubtful.any():
            pairs = doubtful.nonzero()
            for some in pairs.split(_PAIRS):
                prefix, column = some.unbind(1)
                token = column if candidates is None else candidates[prefix, column]
                exact = (log_phi[prefix] + self.log_p[token]).logsumexp(1)
                psi[prefix, column] = exact.to(psi.dtype)
        return psi


def _running_sum(log_p: torch.Tensor) -> torch.Tensor:
    """X from time -1, where it is 0: (n, T) to (n, T+1)."""
    return torch.nn.functional.pad(log_p.cumsum(1), (1, 0))


def _restore_zeros(log_r: torch.Tensor) -> None:
    log_r.masked_fill_(log_r < _IMPOSSIBLE, LOG_ZERO)
