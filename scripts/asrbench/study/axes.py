"""The axes of variants, and how each of them is spelled.

This file alone knows an axis by name: what a configuration may say of it, how a
value stands in a path, and what people call it. It is data alone, so that tables
and figures can use it without torch or the configuration's parser.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

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
    "search of its transducers, espnet-streaming with that of its block-processing encoders, "
    "espnet-streaming-transducer with that of its transducers that stream, espnet-s2t and "
    "espnet-s2t-ctc with those of its multilingual models (OWSM, OWSM-CTC).",
    allowed={
        "enum": [
            *("espnet", "espnet-fast", "espnet-transducer", "espnet-streaming"),
            *("espnet-streaming-transducer", "espnet-s2t", "espnet-s2t-ctc"),
            *("faster-whisper", "whisper.cpp", "sherpa-onnx", "moonshine", "pocketsphinx", "vosk"),
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


CPU, GPU = "cpu", "cuda"
PROCESSOR = Axis(
    name="processor",
    level=BUILD,
    slug="{}",
    label="{}",
    heading="processor",
    meaning="What the model computes on. cuda: an NVIDIA GPU, a Jetson's included.",
    allowed={"enum": [CPU, GPU]},
    default=CPU,
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


AXES = (
    *(ENGINE, PRECISION, PROCESSOR, CTC_WEIGHT, BEAM_SIZE),
    *(SEARCH, LONGEST, SHORTEST, PENALTY, LM_WEIGHT),
)


BY_NAME = {axis.name: axis for axis in AXES}


def of_level(level: Level) -> tuple[Axis, ...]:
    """The axes of builds, or those of decodings."""
    return tuple(axis for axis in AXES if axis.level == level)
