"""What each power meter said over all rounds of a variant.

A watt is measured or absent; an estimate is marked as such. Scopes are kept
apart: a variant has as many results as meters and scopes measured it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from asrbench.meters import nvidia
from asrbench.meters.interface import Reach
from asrbench.results import power_flags, raw_window, scope_window
from asrbench.results.raw_window import RawWindow
from asrbench.results.scope_window import Window, finite_mean
from asrbench.statistics import moderation, repeatability
from asrbench.statistics.repeatability import NO_ESTIMATE, Estimate
from asrbench.study.meter_names import METERS
from asrbench.study.variant import Variant

FIGURES = ("measured", "estimated")
NOTHING_THAT_COMPUTES = ("", "")


@dataclass(frozen=True)
class Power:
    """All rounds of a variant by one meter and scope.

    Attributes:
        status: measured, estimated, unavailable or void.
        windows: the rounds with figures.
        mean: mean watts, whose spread over rounds is moderated over the variants.
        preferred: this meter and scope stand for the study in the summary.
    """

    status: str
    meter: str
    scope: str
    windows: tuple[Window, ...] = ()
    mean: Estimate = NO_ESTIMATE
    reasons: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    preferred: bool = False


@dataclass(frozen=True)
class Measured:
    """A variant: its powers, the preferred first and at least one."""

    powers: tuple[Power, ...]
    sampler_cores: float

    @property
    def preferred(self) -> Power:
        return self.powers[0]


def read(
    results: Path, variants: Iterable[Variant], rounds: int, stage: str = "energy"
) -> dict[Variant, Measured]:
    """Every variant, by the windows below ``results`` / ``stage``.

    One meter and scope is preferred in all that compute on the CPU, and one in all that compute
    on a GPU, so that rows which stand side by side have the same: the widest reach that measured
    any of them and takes in what computes.
    """
    raws = {
        variant: raw_window.without_copies(
            [raw_window.read(results, variant, number, stage) for number in range(1, rounds + 1)]
        )
        for variant in variants
    }
    powers = _moderated({variant: _powers(of_variant) for variant, of_variant in raws.items()})
    first = {on_gpu: _first(raws, powers, on_gpu) for on_gpu in (False, True)}
    return {
        variant: Measured(
            tuple(_with_first(powers[variant], first[variant.on_gpu])),
            finite_mean(raw.number("sampler_cores") for raw in raws[variant]),
        )
        for variant in raws
    }


def _first(
    raws: Mapping[Variant, list[RawWindow]], powers: Mapping[Variant, list[Power]], on_gpu: bool
) -> tuple[str, str] | None:
    """The meter and scope that stand for the variants of one processor."""
    alike = [variant for variant in raws if variant.on_gpu == on_gpu]
    of_all = [raw for variant in alike for raw in raws[variant]]
    keys = [key for key in _keys(of_all) if _takes_in(of_all, key, on_gpu)]
    measured = {(p.meter, p.scope) for one in alike for p in powers[one] if p.status in FIGURES}
    if not keys and measured:
        return NOTHING_THAT_COMPUTES
    return next((key for key in keys if key in measured), next(iter(keys), None))


def _takes_in(raws: list[RawWindow], key: tuple[str, str], on_gpu: bool) -> bool:
    """Whether a scope is of what computes: a whole board or more is, of less the fitting part."""
    reach = min(c["reach"] for raw in raws for c in raw.meters if (c["meter"], c["scope"]) == key)
    return reach <= Reach.BOARD or (key[1] == nvidia.SCOPE) == on_gpu


def _keys(raws: list[RawWindow]) -> list[tuple[str, str]]:
    """Every meter and scope that some round knew, the preferred first."""
    rank = {
        (c["meter"], c["scope"]): (c["estimated"], c["reach"], METERS.index(c["meter"]))
        for raw in raws
        for c in raw.meters
    }
    return sorted(rank, key=lambda key: (rank[key], key))


def _powers(raws: list[RawWindow]) -> list[Power]:
    keys = _keys(raws)
    if keys:
        windows = {key: [scope_window.read(raw, *key) for raw in raws] for key in keys}
        return [_power(windows, meter, scope) for meter, scope in keys]
    void = any(raw.status == "void" for raw in raws)
    reasons = _by_round([(raw.reason,) for raw in raws])
    return [Power("void" if void else "unavailable", "", "", reasons=reasons)]


def _power(of_key: dict[tuple[str, str], list[Window]], meter: str, scope: str) -> Power:
    windows = of_key[meter, scope]
    reasons = _by_round([window.reasons for window in windows])
    others = {key[0]: rows for key, rows in of_key.items() if key[1] == scope and key[0] != meter}
    flags = power_flags.by_round(
        [
            window.flags
            | power_flags.of_others(
                window.power_w, {name: rows[place].power_w for name, rows in others.items()}
            )
            for place, window in enumerate(windows)
        ]
    )
    kept = tuple(window for window in windows if window.status in FIGURES)
    if not kept:
        status = "void" if any(w.status == "void" for w in windows) else "unavailable"
        return Power(status, meter, scope, reasons=reasons)
    each_w = np.array([[window.power_w] for window in kept])
    mean = repeatability.mean(each_w)
    if kept[0].status == "estimated":
        reasons += (f"{meter} estimates, and measures nothing",)
    return Power(kept[0].status, meter, scope, kept, mean, reasons, flags)


def _moderated(powers: dict[Variant, list[Power]]) -> dict[Variant, list[Power]]:
    """The same, the spreads of all variants by one meter and scope drawn together."""
    places: dict[tuple[str, str], list[tuple[Variant, int]]] = {}
    for variant, found in powers.items():
        for place, power in enumerate(found):
            places.setdefault((power.meter, power.scope), []).append((variant, place))
    made = {variant: list(found) for variant, found in powers.items()}
    for alike in places.values():
        means = moderation.moderated([powers[variant][place].mean for variant, place in alike])
        for (variant, place), mean in zip(alike, means, strict=True):
            made[variant][place] = replace(made[variant][place], mean=mean)
    return made


def _with_first(powers: list[Power], first: tuple[str, str] | None) -> list[Power]:
    if first is None:
        return [replace(powers[0], preferred=True), *powers[1:]]
    same = [power for power in powers if (power.meter, power.scope) == first]
    if first == NOTHING_THAT_COMPUTES:
        whose = ", ".join(f"{p.meter} ({p.scope})" for p in powers if p.meter)
        same = [
            Power("unavailable", *first, reasons=(f"no meter takes in what computes: {whose}",))
        ]
    elif not same:
        own = [power for power in powers if power.meter]
        reasons = tuple(r for p in powers if not p.meter for r in p.reasons)
        status = "unavailable" if own else powers[0].status
        same = [Power(status, *first, reasons=reasons or (f"not measured by {first[0]}",))]
        powers = own
    rest = [power for power in powers if power is not same[0]]
    return [replace(same[0], preferred=True), *rest]


def _by_round(texts: list[tuple[str, ...]]) -> tuple[str, ...]:
    """Once where every round says the same, else each with its round."""
    if all(each == texts[0] for each in texts):
        return tuple(text for text in texts[0] if text)
    return tuple(f"round {i}: {t}" for i, each in enumerate(texts, 1) for t in each if t)
