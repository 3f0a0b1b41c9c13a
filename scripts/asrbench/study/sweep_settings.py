"""The configuration's block ``sweeps``: latency against length, batch size and threads."""

from typing import Annotated

from pydantic import AfterValidator, Field

from asrbench.study.config_block import Block, Positive, no_doubles

Values = Annotated[list[Positive], AfterValidator(no_doubles)]
LEFT_OUT = "An empty list leaves this sweep out."


class FramesSweep(Block):
    """Latency against the length of the input."""

    lengths: Values = Field(
        [100, 200, 400, 800, 1200, 1600, 2000, 2500, 3000],
        description=f"Lengths in frames of each model's own front end. {LEFT_OUT}",
    )
    repeats: Positive = Field(3, description="Different pieces of speech for each length.")
    rounds: Positive = Field(1, le=1000, description="Fresh processes that repeat the sweep.")


class BatchSweep(Block):
    """The forward pass (encoder and CTC head, no search) against batch size."""

    sizes: Values = Field([1, 2, 4, 8, 16], description=f"Utterances in one batch. {LEFT_OUT}")
    repeats: Positive = Field(3, description="Batches timed for each size.")
    rounds: Positive = Field(1, le=1000, description="Fresh processes that repeat the sweep.")


class ThreadsSweep(Block):
    """Latency against the number of CPU threads."""

    counts: Values = Field(
        [1, 2, 4],
        description="Numbers of threads; one above the device's cores becomes a row that says "
        f"so. {LEFT_OUT}",
    )
    repeats: Positive = Field(3, description="Utterances timed with each number.")
    rounds: Positive = Field(1, le=1000, description="Fresh processes that repeat the sweep.")


class Sweeps(Block):
    """What is swept."""

    frames: FramesSweep = Field(default_factory=FramesSweep, description="Input length.")
    batch: BatchSweep = Field(default_factory=BatchSweep, description="Batch size.")
    threads: ThreadsSweep = Field(default_factory=ThreadsSweep, description="CPU threads.")
