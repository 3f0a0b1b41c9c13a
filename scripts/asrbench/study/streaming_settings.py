"""The configuration's block ``streaming``: speech that comes in piece by piece."""

from typing import Annotated

from pydantic import AfterValidator, Field

from asrbench.study.config_block import Block, Positive, no_doubles

# Shorter than a frame of any front end there is nothing to compute.
Seconds = Annotated[float, Field(ge=0.02, le=30)]


class Streaming(Block):
    """How long a person waits while they speak and after they stop."""

    pieces_s: Annotated[list[Seconds], AfterValidator(no_doubles)] = Field(
        default_factory=list,
        description="Seconds of speech that a recogniser is given at a time; several make a sweep. "
        "An empty list leaves this stage out.",
    )
    utterances: Positive = Field(20, description="Utterances, the first of the latency's sample.")
    rounds: Positive = Field(1, le=1000, description="Fresh processes that repeat it.")
    energy: bool = Field(
        False,
        description="Also measure power while a recogniser listens to speech and to silence, given "
        "pieces of the first length at the pace of speech; window, rounds and meters as in energy.",
    )
    redecode_s: Seconds | None = Field(
        None,
        description="Have a recogniser that takes whole utterances decode all that it has heard "
        "again after so many seconds of new speech; null: it is left out, and said to be.",
    )
