"""Shards of a corpus: parts that take about as long, each decoded by a process of its own."""

import argparse
import heapq
import re

from asrbench.basics.errors import UserError
from asrbench.sources.corpus import Utterance


def parse(text: str) -> tuple[int, int]:
    """Number of a shard and how many there are, from such as '2-of-8'.

    Raises:
        UserError: it is written otherwise, or there is no such shard.
    """
    match = re.fullmatch(r"(\d+)-of-(\d+)", text)
    number, count = map(int, match.groups()) if match else (0, 0)
    if not 1 <= number <= count:
        raise UserError(f"--shard: {text!r} must be such as 2-of-8, the second of eight")
    return number, count


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments that name a corpus and a part of it."""
    parser.add_argument("--utterances", default="results/data/utterances.csv", help="[%(default)s]")
    parser.add_argument(
        "--shard", type=parse, default=(1, 1), help="such as 2-of-8, the second of eight [all]"
    )


def take(utterances: list[Utterance], number: int, count: int) -> list[Utterance]:
    """The utterances of one shard, longest first.

    The longest utterance that is left goes to the shard with the least audio so far,
    so that shards end at about the same time; in a shard the longest comes first, so
    that one that does not fit into memory says so early.

    Args:
        utterances: of the corpus; their order does not matter.
        number: of the shard, from 1.
        count: of shards.
    """
    shards = [(0.0, shard) for shard in range(1, count + 1)]
    taken = []
    for one in sorted(utterances, key=lambda one: (-one.duration_s, one.utterance_id)):
        audio_s, shard = heapq.heappop(shards)
        if shard == number:
            taken.append(one)
        heapq.heappush(shards, (audio_s + one.duration_s, shard))
    return taken
