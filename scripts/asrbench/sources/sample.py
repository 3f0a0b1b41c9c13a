"""Which utterances are measured: drawn with a seed, the same everywhere.

Order comes from a SHA-256 of seed and utterance id, and not from a random
number generator, whose stream may change with a library's version. A draw
therefore depends on neither the platform nor the order of the table's rows.
"""

import hashlib
from collections.abc import Iterable

from asrbench.basics.errors import UserError
from asrbench.sources.audio import resampled_length
from asrbench.sources.corpus import Utterance


def shuffled(ids: Iterable[str], *key: object) -> list[str]:
    """The ids in an order that looks random and is the same for the same ``key``.

    Args:
        ids: utterance ids; their own order does not matter.
        key: the seed, and whatever else tells one order from another.
    """
    prefix = ":".join(str(part) for part in key)
    return sorted(
        ids, key=lambda name: (hashlib.sha256(f"{prefix}:{name}".encode()).digest(), name)
    )


def draw(speech: Iterable[Utterance], count: int, seed: int) -> list[Utterance]:
    """Draw ``count`` utterances, spread over durations.

    The utterances, sorted by duration, are cut into ``count`` strata of equal
    size (give or take one), and one is drawn from each.

    Args:
        speech: of what is drawn; its order does not matter.
        count: how many; where there are fewer, all are drawn.
        seed: of the draw.

    Returns:
        Those drawn, sorted by utterance id.
    """
    by_id = {one.utterance_id: one for one in speech}
    ranked = sorted(by_id, key=lambda name: (by_id[name].duration_s, name))
    size = len(ranked)
    count = min(count, size)
    strata = [ranked[i * size // count : (i + 1) * size // count] for i in range(count)]
    return [by_id[name] for name in sorted(shuffled(each, "draw", seed)[0] for each in strata)]


def draw_pieces(
    speech: Iterable[Utterance], samples: int, sample_rate_hz: int, repeat: int, seed: int
) -> list[str]:
    """Which utterances to join for one length of the sweep over lengths.

    A repeat keeps its order at every length, so that its longer inputs begin
    with its shorter ones; two repeats begin with different utterances if
    there are two. Speech that is too little in all is taken again from the start.

    Args:
        speech: what there is to join.
        samples: the length wanted, in samples at ``sample_rate_hz``.
        sample_rate_hz: the rate that speech is resampled to.
        repeat: number of the repeat, from 0.
        seed: of the draw.

    Returns:
        Ids in the order in which to join them, enough for
        :func:`asrbench.sources.audio.join_to_length` to reach ``samples``.

    Raises:
        UserError: there is none, or its utterances have no samples at that rate.
    """
    lengths = {
        one.utterance_id: resampled_length(one.samples, one.sample_rate_hz, sample_rate_hz)
        for one in speech
    }
    if not any(lengths.values()):
        raise UserError("there is no speech to join for the sweep over lengths")
    beginnings = shuffled(lengths, "pieces", seed)
    first = beginnings[repeat % len(beginnings)]
    order = [first, *(i for i in shuffled(lengths, "pieces", seed, repeat) if i != first)]
    pieces: list[str] = []
    reached = 0
    while reached < samples:
        piece = order[len(pieces) % len(order)]
        pieces.append(piece)
        reached += lengths[piece]
    return pieces
