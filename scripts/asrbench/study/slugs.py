"""How builds and decodings are written in paths, and how a path's words are read and told."""

import re
from collections.abc import Iterable, Mapping

from asrbench.study.axes import BUILD, BY_NAME, DECODING, Axis, Value, of_level
from asrbench.study.engine_axes import AXES_OF, ONLY


def decoding_slug(engine: str, values: Mapping[str, Value], defaults: Mapping[str, object]) -> str:
    """Such as ctc0.3: the primary axis, and any other where it is not the study's default."""
    if not AXES_OF[engine]:
        return ONLY
    primary, *others = AXES_OF[engine]
    said = [a for a in others if values[a.name] != (defaults.get(a.name) or a.default)]
    return "-".join(axis.in_path(values[axis.name]) for axis in (primary, *said))


def build_name(model: str, values: Mapping[str, Value], defaults: Mapping[str, object]) -> str:
    """The model's name, and each axis where it is not the model's default."""
    said = [a for a in of_level(BUILD) if values[a.name] != defaults.get(a.name, a.default)]
    return "-".join([model, *(axis.in_path(values[axis.name]) for axis in said)])


# A number as it stands in a slug, whose exponent may have a hyphen of its own.
_NUMBER = r"\d+(?:\.\d+)?(?:e-?\d+)?"


def values_of(slug: str) -> dict[str, Value]:
    """The axes that the slug of a decoding names, in their order; {} where it is none."""
    axes = of_level(DECODING)
    parts = [
        f"(?:(?:^|-){axis.slug.format(f'(?P<{axis.name}>{_values_pattern(axis)})')})?"
        for axis in axes
    ]
    match = re.fullmatch("".join(parts), slug)
    return {name: BY_NAME[name].of_path(text) for name, text in _found(match).items()}


def _found(match: re.Match | None) -> dict[str, str]:
    return {name: text for name, text in match.groupdict().items() if text} if match else {}


def _values_pattern(axis: Axis) -> str:
    if "enum" in axis.allowed:
        return "|".join(re.escape(axis.short.get(value, value)) for value in axis.allowed["enum"])
    return _NUMBER


def label(slug: str) -> str:
    """A decoding as figures write it: 'CTC 0.3' for ctc0.3."""
    said = [BY_NAME[name].label.format(value) for name, value in values_of(slug).items()]
    return ", ".join(said) or slug


def in_words(slug: str) -> str:
    """A decoding as sentences write it: 'CTC weight 0.3' for ctc0.3."""
    said = [f"{BY_NAME[name].heading} {value}" for name, value in values_of(slug).items()]
    return ", ".join(said) or slug


def together(slugs: Iterable[str]) -> str:
    """Several decodings in few words: 'CTC 0.0, 0.3' where they differ in one axis alone."""
    each = list(dict.fromkeys(slugs))
    values = [values_of(slug) for slug in each]
    if len({tuple(value) for value in values}) != 1 or len(values[0]) != 1:
        return "; ".join(map(label, each))
    (name,) = values[0]
    return BY_NAME[name].label.format(", ".join(str(value[name]) for value in values))


def order(slug: str) -> tuple:
    """By what decodings are sorted: axis by axis, numbers from the smallest."""
    values = values_of(slug)
    key = []
    for axis in of_level(DECODING):
        value = values.get(axis.name, "")
        key.append((0.0, str(value)) if "enum" in axis.allowed or not value else (float(value), ""))
    return tuple(key)
