"""What a variant is, a build and a decoding, and how each of their axes is spelled.

This file alone knows an axis by name: what a configuration may say of it, how a
value stands in a path, and what people call it. It is data alone, so that tables
and figures can use it without torch or the configuration's parser.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any, Literal

Value = str | int
Level = Literal["build", "decoding"]
BUILD: Level = "build"
DECODING: Level = "decoding"


@dataclass(frozen=True)
class Axis:
    """One thing in which variants differ.

    Attributes:
        name: its key in the configuration and its column in tables.
        level: what it is part of. A build is what is loaded, a decoding is one way of using it.
        slug: how a value stands in a path, with {} for it.
        label: how people write a value, with {} for it.
        heading: what stands above its column.
        meaning: for the configuration's schema and the data dictionary.
        allowed: the values, as JSON Schema: an enum, or a number or integer with its bounds.
        default: the value where the configuration says none; of several, those are crossed.
        short: values that have a shorter word in paths, which is read as well.
    """

    name: str
    level: Level
    slug: str
    label: str
    heading: str
    meaning: str
    allowed: Mapping
    default: Value | tuple[Value, ...]
    short: Mapping[object, str] = field(default_factory=dict)

    def read(self, given: object) -> Value:
        """The one spelling of a value, since it becomes part of a path: 0 and '0.00' are '0.0'.

        Raises:
            ValueError: it is not allowed; the text says what is.
        """
        if "enum" in self.allowed:
            long = {word: value for value, word in self.short.items()}
            value = long.get(given, given) if isinstance(given, str) else given
            if not isinstance(value, str) or value not in self.allowed["enum"]:
                raise ValueError(f"must be {' or '.join(map(repr, self.allowed['enum']))}")
            return value
        if self.allowed["type"] == "integer":
            if isinstance(given, bool) or not isinstance(given, int):
                raise ValueError("must be a whole number")
            if given < self.allowed["minimum"]:
                raise ValueError(f"must be at least {self.allowed['minimum']}")
            return given
        least, most = self.allowed["minimum"], self.allowed["maximum"]
        wrong = ValueError(f"must be a number from {least} to {most}")
        if isinstance(given, bool) or not isinstance(given, (int, float, str)):
            raise wrong
        try:
            number = float(given)
        except ValueError:
            raise wrong from None
        if not least <= number <= most:
            raise wrong
        return repr(abs(number))

    @property
    def is_text(self) -> bool:
        """Whether a table holds its values as text, so that 0.0 does not become 0."""
        return self.allowed.get("type") != "integer"

    def in_path(self, value: Value) -> str:
        """How a value stands in a path."""
        return self.slug.format(self.short.get(value, value))

    def of_path(self, text: str) -> Value:
        """The value that stands in a path as that text."""
        return int(text) if self.allowed.get("type") == "integer" else self.read(text)


ENGINE = Axis(
    name="engine",
    level=BUILD,
    slug="{}",
    label="{}",
    heading="engine",
    meaning="The program that recognises. espnet-fast is this project's own search for ESPnet's "
    "models, which finds the same hypotheses in less time; espnet-transducer is ESPnet with the "
    "search of its transducers, espnet-streaming with that of its block-processing encoders.",
    allowed={
        "enum": [
            *("espnet", "espnet-fast", "espnet-transducer", "espnet-streaming"),
            *("faster-whisper", "whisper.cpp", "sherpa-onnx", "moonshine", "pocketsphinx"),
        ]
    },
    default="espnet",
    short={"espnet-fast": "fast"},
)
PRECISION = Axis(
    name="precision",
    level=BUILD,
    slug="{}",
    label="{}",
    heading="precision",
    meaning="What the model computes in, or what its file holds; each engine has its own list and "
    "takes the first of it where nothing is said. int8: weights as 8-bit integers.",
    allowed={"enum": ["float32", "float16", "bfloat16", "int8", "int5"]},
    default="float32",
)
PROCESSOR = Axis(
    name="processor",
    level=BUILD,
    slug="{}",
    label="{}",
    heading="processor",
    meaning="What the model computes on. cuda: an NVIDIA GPU, a Jetson's included.",
    allowed={"enum": ["cpu", "cuda"]},
    default="cpu",
)
CTC_WEIGHT = Axis(
    name="ctc_weight",
    level=DECODING,
    slug="ctc{}",
    label="CTC {}",
    heading="CTC weight",
    meaning="Share of the CTC score in the search: 0 attention only, 1 CTC only.",
    allowed={"type": "number", "minimum": 0, "maximum": 1},
    default=("0.0", "0.3", "1.0"),
)
BEAM_SIZE = Axis(
    name="beam_size",
    level=DECODING,
    slug="beam{}",
    label="beam {}",
    heading="beam",
    meaning="Hypotheses that the search keeps at each step.",
    allowed={"type": "integer", "minimum": 1},
    default=20,
)
SEARCH = Axis(
    name="search",
    level=DECODING,
    slug="{}",
    label="{}",
    heading="search",
    meaning="beam, or greedy: the best token of each frame by CTC (ctc_weight 1), with no search.",
    allowed={"enum": ["beam", "greedy"]},
    default="beam",
)
LONGEST = Axis(
    name="maxlenratio",
    level=DECODING,
    slug="longest{}",
    label="longest {}",
    heading="longest length",
    meaning="Most tokens of a hypothesis, as a share of the encoder's steps; 0: as many, or until "
    "no better one can be expected.",
    allowed={"type": "number", "minimum": 0, "maximum": 10},
    default="0.0",
)
SHORTEST = Axis(
    name="minlenratio",
    level=DECODING,
    slug="shortest{}",
    label="shortest {}",
    heading="shortest length",
    meaning="Fewest tokens of a hypothesis, as a share of the encoder's steps.",
    allowed={"type": "number", "minimum": 0, "maximum": 1},
    default="0.0",
)
PENALTY = Axis(
    name="penalty",
    level=DECODING,
    slug="penalty{}",
    label="penalty {}",
    heading="penalty",
    meaning="What a token adds to a hypothesis' score (ESPnet's insertion penalty).",
    allowed={"type": "number", "minimum": 0, "maximum": 100},
    default="0.0",
)
LM_WEIGHT = Axis(
    name="lm_weight",
    level=DECODING,
    slug="lm{}",
    label="LM {}",
    heading="LM weight",
    meaning="Weight of the score of the language model that lies beside the model; 0: it is not "
    "loaded.",
    allowed={"type": "number", "minimum": 0, "maximum": 10},
    default="0.0",
)
# Greedy unless it is told otherwise.
_BEAM_OF_1 = replace(BEAM_SIZE, default=1)
_BEAM_OF_5 = replace(BEAM_SIZE, default=5)
AXES = (
    *(ENGINE, PRECISION, PROCESSOR, CTC_WEIGHT, BEAM_SIZE),
    *(SEARCH, LONGEST, SHORTEST, PENALTY, LM_WEIGHT),
)
_BY_NAME = {axis.name: axis for axis in AXES}

# The axes of decoding that each engine has. The first is its primary one, which stands in
# every path; any other stands there only where it is not the study's default.
AXES_OF: dict[str, tuple[Axis, ...]] = {
    "espnet": (CTC_WEIGHT, BEAM_SIZE, SEARCH, LONGEST, SHORTEST, PENALTY, LM_WEIGHT),
    "espnet-fast": (CTC_WEIGHT, BEAM_SIZE, LONGEST, SHORTEST, LM_WEIGHT),
    "espnet-transducer": (BEAM_SIZE,),
    "espnet-streaming": (CTC_WEIGHT, BEAM_SIZE),
    "faster-whisper": (_BEAM_OF_5,),
    "whisper.cpp": (_BEAM_OF_5,),
    "sherpa-onnx": (_BEAM_OF_1,),
    "moonshine": (),
    "pocketsphinx": (),
}
# How a decoding is called in paths and tables where its engine has no axis.
ONLY = "default"

# Those whose models ESPnet trained: they read the same files, and weights may be random.
ESPNET = ("espnet", "espnet-fast", "espnet-transducer", "espnet-streaming")

# Those whose models are all Whisper, which is given 30 s of audio however long an input is.
PADDED = ("faster-whisper", "whisper.cpp")

# Of ESPnet's, those in whose search the length of the output can be set, as random weights need.
RANDOM = ("espnet", "espnet-fast")

# The precisions that each engine has, the usual one first.
PRECISIONS_OF: dict[str, tuple[str, ...]] = {
    "espnet": ("float32", "bfloat16", "int8"),
    "espnet-fast": ("float32", "bfloat16", "int8"),
    "espnet-transducer": ("float32", "int8"),
    "espnet-streaming": ("float32", "int8"),
    "faster-whisper": ("float32", "int8", "float16", "bfloat16"),
    "whisper.cpp": ("float16", "float32", "int8", "int5"),
    "sherpa-onnx": ("float32", "int8"),
    "moonshine": ("int8",),
    "pocketsphinx": ("float32",),
}


def fault(values: Mapping[str, Value]) -> str:
    """Why these values cannot be together; '' where they can."""
    if values.get(SEARCH.name) == "greedy" and values.get(CTC_WEIGHT.name) != "1.0":
        return "search: greedy takes the best token of each frame by CTC; set its ctc_weight to 1"
    if values.get(SEARCH.name) == "greedy" and float(values.get(LM_WEIGHT.name, 0)) > 0:
        return "search: greedy asks no language model; set its lm_weight to 0"
    return ""


def of_level(level: Level) -> tuple[Axis, ...]:
    """The axes of builds, or those of decodings."""
    return tuple(axis for axis in AXES if axis.level == level)


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


def decoding_slug(engine: str, values: Mapping[str, Value], defaults: Mapping[str, object]) -> str:
    """Such as ctc0.3: the primary axis, and any other where it is not the study's default."""
    if not AXES_OF[engine]:
        return ONLY
    primary, *others = AXES_OF[engine]
    said = [a for a in others if values[a.name] != (defaults.get(a.name) or a.default)]
    return "-".join(axis.in_path(values[axis.name]) for axis in (primary, *said))


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
    return {name: _BY_NAME[name].of_path(text) for name, text in _found(match).items()}


def _found(match: re.Match | None) -> dict[str, str]:
    return {name: text for name, text in match.groupdict().items() if text} if match else {}


def _values_pattern(axis: Axis) -> str:
    if "enum" in axis.allowed:
        return "|".join(re.escape(axis.short.get(value, value)) for value in axis.allowed["enum"])
    return _NUMBER


def label(slug: str) -> str:
    """A decoding as figures write it: 'CTC 0.3' for ctc0.3."""
    said = [_BY_NAME[name].label.format(value) for name, value in values_of(slug).items()]
    return ", ".join(said) or slug


def in_words(slug: str) -> str:
    """A decoding as sentences write it: 'CTC weight 0.3' for ctc0.3."""
    said = [f"{_BY_NAME[name].heading} {value}" for name, value in values_of(slug).items()]
    return ", ".join(said) or slug


def together(slugs: Iterable[str]) -> str:
    """Several decodings in few words: 'CTC 0.0, 0.3' where they differ in one axis alone."""
    each = list(dict.fromkeys(slugs))
    values = [values_of(slug) for slug in each]
    if len({tuple(value) for value in values}) != 1 or len(values[0]) != 1:
        return "; ".join(map(label, each))
    (name,) = values[0]
    return _BY_NAME[name].label.format(", ".join(str(value[name]) for value in values))


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


def order(slug: str) -> tuple:
    """By what decodings are sorted: axis by axis, numbers from the smallest."""
    values = values_of(slug)
    key = []
    for axis in of_level(DECODING):
        value = values.get(axis.name, "")
        key.append((0.0, str(value)) if "enum" in axis.allowed or not value else (float(value), ""))
    return tuple(key)
