"""Ratios of sums over rounds × units: their values under weights, and each cell's influence."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Measured:
    """Sums' terms, both of shape (rounds, units); absent cells are 0 in both."""

    top: np.ndarray
    bottom: np.ndarray

    @classmethod
    def of(cls, top: np.ndarray, bottom: np.ndarray | None) -> "Measured":
        top = np.atleast_2d(np.asarray(top, dtype=float))
        bottom = np.ones_like(top) if bottom is None else np.atleast_2d(np.asarray(bottom, float))
        if top.shape != bottom.shape:
            raise ValueError(f"top has shape {top.shape} and bottom {bottom.shape}")
        there = np.isfinite(top) & np.isfinite(bottom)
        return cls(np.where(there, top, 0.0), np.where(there, bottom, 0.0)).keep(
            there.any(axis=1), slice(None)
        )

    def keep(self, rounds, units) -> "Measured":
        return Measured(self.top[rounds][:, units], self.bottom[rounds][:, units])

    def balanced(self) -> "Measured":
        """Each unit with the same weight, however many rounds have it.

        Otherwise a variant that fails on its longest utterance in one round has a lower mean.
        """
        there = (self.bottom != 0) | (self.top != 0)
        weight = there.shape[0] / np.maximum(there.sum(0), 1)
        return Measured(self.top * weight, self.bottom * weight)

    def ratio(self, rounds: np.ndarray, units: np.ndarray) -> np.ndarray:
        """Ratios under weights of shape (draws, rounds) and (draws, units); NaN where 0 / 0."""
        top = np.einsum("du,du->d", rounds @ self.top, units)
        bottom = np.einsum("du,du->d", rounds @ self.bottom, units)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(bottom > 0, top / bottom, np.nan)


@dataclass(frozen=True)
class Term:
    """A ratio, or its logarithm, with its sign in a sum of such terms."""

    measured: Measured
    sign: float = 1.0
    log: bool = False

    def value(self, rounds: np.ndarray, units: np.ndarray) -> np.ndarray:
        ratio = self.measured.ratio(rounds, units)
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.sign * (np.log(ratio) if self.log else ratio)

    def influence(self) -> np.ndarray:
        """What each cell adds to the linearised value, times the number of cells."""
        top, bottom = self.measured.top, self.measured.bottom
        ratio = top.sum() / bottom.sum()
        slope = self.sign / (ratio if self.log else 1.0)
        return slope * (top - ratio * bottom) * top.size / bottom.sum()


def paired(first, second) -> list[Measured]:
    """Two measurements as (top, bottom), with the units that both have.

    Raises:
        ValueError: where the units are not as many.
    """
    pair = [Measured.of(*first), Measured.of(*second)]
    if pair[0].top.shape[1] != pair[1].top.shape[1]:
        raise ValueError("the two have not the same units, so nothing can be paired")
    shared = (pair[0].bottom != 0).any(0) & (pair[1].bottom != 0).any(0)
    return [measured.keep(slice(None), shared) for measured in pair]
