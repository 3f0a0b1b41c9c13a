"""The configuration's block ``sweeps``: latency against length, batch size and threads."""

from typing import Annotated

from pydantic import AfterValidator, Field

from asrbench.study.config_block import Block, Positive, no_doubles

Lengths = Annotated[list[Positive], Field(min_length=1), AfterValidator(no_doubles)]


class FramesSweep(Block):
    """Latency against the length of the input."""

    lengths: Lengths = Field(
        [100, 200, 400, 800, 1200, 1600, 2000, 2500, 3000],
        description="Lengths in frames of each model's own front end.",
    )
    repeats: Positive = Field(3, description="Different pieces of speech for each length.")
    rounds: Positive = Field(1, le=1000, description="Fresh processes that repeat the sweep.")


class BatchSweep(Block):
    """The forward pass (encoder and CTC head, no search) against batch size."""

    sizes: Lengths = Field([1, 2, 4, 8, 16], description="Utterances in one batch.")
    repeats: Positive = Field(3, description="Batches timed for each size.")
    rounds: Positive = Field(1, le=1000, description="Fresh processes that repeat the sweep.")


class ThreadsSweep(Block):
    """Latency against the number of CPU threads."""

    counts: Annotated[list[Positive], AfterValidator(no_doubles)] = Field(
        [1, 2, 4],
        description="Numbers of threads; one above the device's cores becomes a row that says "
        "so. An empty list leaves this sweep out.",
    )
    repeats: Positive = Field(3, description="Utterances timed with each number.")
    rounds: Positive = Field(1, le=1000, description="Fresh processes that repeat the sweep.")


class Sweeps(Block):
    """What is swept."""

    frames: FramesSweep = Field(default_factory=FramesSweep, description="Input length.")
    batch: BatchSweep = Field(default_factory=BatchSweep, description="Batch size.")
    threads: ThreadsSweep = Field(default_factory=ThreadsSweep, description="CPU threads.")
