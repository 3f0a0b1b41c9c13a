"""What a variant is: a build, and one way to decode with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from asrbench.study.axes import (
    AXES,
    BEAM_SIZE,
    CTC_WEIGHT,
    ENGINE,
    GPU,
    PRECISION,
    PROCESSOR,
    Axis,
    Value,
)
from asrbench.study.engine_axes import PRECISIONS_OF


@dataclass(frozen=True)
class Build:
    """What is loaded into memory: a checkpoint as one engine runs it.

    Attributes:
        name: its name in paths, tables and figures; there called a model.
        checkpoint: whose files it is made of, by the name of the model that they are fetched for.
        values: of every axis of builds, by name.
    """

    name: str
    checkpoint: str
    values: tuple[tuple[str, Value], ...]

    def __getitem__(self, axis: str) -> Value:
        return dict(self.values)[axis]

    @property
    def on_gpu(self) -> bool:
        """Whether it computes on a GPU."""
        return dict(self.values).get(PROCESSOR.name) == GPU


@dataclass(frozen=True)
class Variant:
    """A build and one way to decode with it.

    Attributes:
        slug: the decoding as it stands in paths, such as ctc0.3.
        values: of every axis of decodings that the engine has, by name.
    """

    build: Build
    slug: str
    values: tuple[tuple[str, Value], ...]

    @property
    def model(self) -> str:
        """The build's name, as it stands in paths."""
        return self.build.name

    @property
    def on_gpu(self) -> bool:
        """Whether its build computes on a GPU."""
        return self.build.on_gpu

    @property
    def ctc_weight(self) -> str | None:
        """None where its engine has none."""
        found = self.axes.get(CTC_WEIGHT.name)
        return None if found is None else str(found)

    @property
    def key(self) -> tuple[str, str]:
        """By what tables find it."""
        return self.model, self.slug

    @property
    def axes(self) -> dict[str, Value]:
        """Every axis that it has, by name."""
        return dict(self.build.values + self.values)

    def __getitem__(self, axis: str) -> Value:
        return self.axes[axis]

    def __str__(self) -> str:
        return f"{self.model} {self.slug}"


def crossed(
    blocks: Iterable[Mapping[str, list[Value] | None]],
    axes: Iterable[Axis],
    defaults: Mapping[str, Any],
) -> list[dict[str, Value]]:
    """One value an axis each: lists in a block are crossed, blocks are united.

    Args:
        defaults: of axes that a block does not name; else the axis' own.
    """
    found = []
    for block in blocks:
        values = []
        for axis in axes:
            given = block.get(axis.name) or defaults.get(axis.name) or axis.default
            values.append(given if isinstance(given, (list, tuple)) else [given])
        found += [dict(zip((a.name for a in axes), each, strict=True)) for each in product(*values)]
    return found


def build_defaults(engine: str, own: Mapping[str, Any]) -> dict[str, Value]:
    """What a build has where its block says nothing.

    Args:
        own: what the model's own keys say.
    """
    return {
        ENGINE.name: own[ENGINE.name],
        PRECISION.name: own[PRECISION.name] or PRECISIONS_OF[engine][0],
        PROCESSOR.name: own[PROCESSOR.name] or PROCESSOR.default,
    }


# What a reader asks for; the other axes are worth a word where they are not as usual.
_ALWAYS_TOLD = (ENGINE, PRECISION, CTC_WEIGHT, BEAM_SIZE)


def same_in_all(variants: Iterable[Variant]) -> list[str]:
    """The axes in which these variants do not differ: 'engine espnet', …"""
    every = [variant.axes for variant in variants]
    return [
        f"{axis.heading} {every[0][axis.name]}"
        for axis in AXES
        if len({each.get(axis.name) for each in every}) == 1
        and axis.name in every[0]
        and (axis in _ALWAYS_TOLD or every[0][axis.name] != axis.default)
    ]
