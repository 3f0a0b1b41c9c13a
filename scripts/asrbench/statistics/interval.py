"""A value with its 95 % interval, and what that is over."""

from dataclasses import dataclass

import numpy as np

LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """A value with its interval; ``over`` says what varied.

    ``over`` is such as 'rounds and passes', 'utterances' or 'none', where low and
    high are NaN. A value without data is NaN.
    """

    value: float
    low: float
    high: float
    over: str


NOTHING = Interval(np.nan, np.nan, np.nan, "none")
