"""The study: one configuration file, checked before any job starts.

Every key has a description, a default and bounds. An unknown key is an error.
:func:`parse` turns the mapping that Snakemake (or YAML) read into a
:class:`Study`, or raises one :class:`~asrbench.basics.errors.UserError` that names
each wrong key, its value, and what is allowed.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from asrbench.basics import yaml_file
from asrbench.basics.errors import UserError
from asrbench.basics.json_file import read_json
from asrbench.study.compare_list import Entries
from asrbench.study.config_block import Block, Positive, no_doubles
from asrbench.study.config_errors import explain
from asrbench.study.energy_settings import Energy
from asrbench.study.sweep_settings import Sweeps

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=60)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


def weight_text(value: object) -> str:
    """One spelling for one weight, since it becomes part of a path: 0, 0.0 and '0.00' are '0.0'."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError("must be a number from 0 to 1")
    try:
        number = float(value)
    except ValueError:
        raise ValueError("must be a number from 0 to 1") from None
    if not 0.0 <= number <= 1.0:
        raise ValueError("must be a number from 0 to 1")
    return repr(abs(number))


CtcWeight = Annotated[str, BeforeValidator(weight_text)]


CtcWeights = Annotated[list[CtcWeight], Field(min_length=1), AfterValidator(no_doubles)]


Engine = Annotated[
    Literal["espnet", "espnet-fast"],
    # As results of earlier versions spell it.
    BeforeValidator(lambda given: "espnet-fast" if given == "fast" else given),
]


class Speech(Block):
    """Where the speech is and how it is read."""

    name: Name = Field(description="What tables and figures call this speech.")
    path: str | None = Field(
        None,
        description="A folder in LibriSpeech's layout or an archive of one, already on disk; "
        "relative to the folder the workflow runs in. Takes the place of urls.",
    )
    urls: list[str] = Field(
        default_factory=list,
        description="Addresses of the archive, tried in their order until one delivers.",
    )
    sha256: Sha256 | None = Field(
        None, description="Checksum of the archive: an archive that differs is refused."
    )
    synthetic: bool = Field(
        False, description="Whether a machine spoke it; tables and figures then say so."
    )
    sample_rate_hz: int = Field(
        16000, ge=4000, le=192000, description="Rate that speech is resampled to."
    )
    channels: Literal["refuse", "mix"] = Field(
        "refuse", description="What is done with more than one channel: refuse it, or mix it down."
    )

    @model_validator(mode="after")
    def _has_a_source(self):
        if self.path is None and not self.urls:
            raise ValueError("has neither path nor urls: give a folder or archive, or an address")
        return self


class Model(Block):
    """One ESPnet model."""

    name: Name = Field(description="Its name in paths, tables and figures.")
    source: str = Field(
        min_length=1,
        description="A model zoo tag, a URL, a zip made by ESPnet's packer, or a folder "
        "with config.yaml (and model.pth, unless weights are random).",
    )
    sha256: Sha256 | None = Field(
        None, description="Checksum of the archive (or of model.pth in a folder)."
    )
    weights: Literal["trained", "random"] = Field(
        "trained",
        description="random: the architecture alone, with no checkpoint: parameters, latency "
        "and energy can be measured, WER cannot.",
    )
    engine: Engine = Field(
        "espnet",
        description="Whose search decodes: ESPnet's own, or this project's, which finds the same "
        "hypotheses in less time. A model that is listed twice, under two names, has rows of both.",
    )
    tokens_per_second: float | None = Field(
        None,
        gt=0,
        le=100,
        description="For random weights, how many tokens a second of audio are decoded, since "
        "such a model does not know when to stop.",
    )
    ctc_weights: CtcWeights | None = Field(
        None, description="The CTC weights of this model, where they differ from the study's."
    )

    @model_validator(mode="after")
    def _random_needs_a_rate(self):
        if self.weights == "random" and self.tokens_per_second is None:
            raise ValueError(
                "has weights: random and no tokens_per_second: give the rate at which it "
                "decodes tokens (about 3 for BPE, 14 for characters)"
            )
        if self.weights == "trained" and self.tokens_per_second is not None:
            raise ValueError(
                "has tokens_per_second, which is for weights: random; a trained model ends "
                "by itself: remove the key"
            )
        return self


class Decoding(Block):
    """How ESPnet searches. No language model is used."""

    beam_size: Positive = Field(20, description="Hypotheses that are kept at each step.")
    threads: Positive | Literal["all"] = Field(
        "all", description="CPU threads of the measured process; all: every core it may use."
    )


class Latency(Block):
    """The sample of utterances that is timed, and how often."""

    utterances: Positive = Field(100, description="Utterances drawn, spread over durations.")
    rounds: Positive = Field(5, le=1000, description="Fresh processes that time the sample.")
    passes: Positive = Field(
        1,
        le=1000,
        description="Times that each of these processes repeats the sample. A pass costs no "
        "start-up, and another number of passes measures every round again.",
    )
    warm_up: int = Field(2, ge=0, description="Utterances decoded before the clock starts.")
    seed: int = Field(1, ge=0, description="Seed of the draw and of the order of utterances.")


class Wer(Block):
    """Decoding of the whole corpus."""

    max_utterances: Positive | None = Field(
        None, description="Decode only so many utterances, drawn by latency.seed; null: all."
    )
    shards: int = Field(
        8,
        ge=1,
        le=1000,
        description="Parts of the corpus that are decoded by processes of their own, one thread "
        "each, on as many cores (or nodes) as there are.",
    )
    share_encoder: bool = Field(
        True,
        description="Run a model's encoder once for all its CTC weights; its outputs are kept on "
        "disk until the run has ended well (92 MB an hour of audio for the study's Conformer).",
    )
    normalisation: Literal["none", "basic", "librispeech"] = Field(
        "librispeech",
        description="What is done to hypotheses and references alike. librispeech: upper case, "
        "accents taken off, only A-Z, digits, apostrophe and single spaces; basic: the letters, "
        "marks and numbers of every script, case folded; none: as they are.",
    )


class Checks(Block):
    """The state of the device before and after each measurement."""

    strict: bool = Field(
        False,
        description="true: a device that is not fit to be measured (busy, throttled, saving "
        "power, short of memory) stops the run; false: it is written down and the run continues.",
    )


class Study(Block):
    """One configuration file."""

    name: Annotated[str, Field(min_length=1, max_length=120)] = Field(
        description="What the study is called in tables and report."
    )
    speech: Speech = Field(description="The corpus.")
    models: list[Model] = Field(min_length=1, description="The models, each with its source.")
    ctc_weights: CtcWeights = Field(
        ["0.0", "0.3", "1.0"],
        description="Share of the CTC score in the search: 0 attention only, 1 CTC only.",
    )
    decoding: Decoding = Field(default_factory=Decoding, description="The search.")
    latency: Latency = Field(default_factory=Latency, description="Timing of the sample.")
    sweeps: Sweeps = Field(default_factory=Sweeps, description="Sweeps.")
    energy: Energy = Field(default_factory=Energy, description="Power and energy.")
    wer: Wer = Field(default_factory=Wer, description="Word error rate.")
    checks: Checks = Field(default_factory=Checks, description="State of the device.")
    compare: Entries = Field(
        default_factory=list,
        exclude=True,  # no measurement and no hash of a study depends on it
        description="Results folders, or archives made by pack_results.py, that the target "
        "compare sets side by side; relative to the folder the workflow runs in.",
    )

    @field_validator("models", mode="after")
    @classmethod
    def _names_differ(cls, models: list[Model]) -> list[Model]:
        no_doubles([model.name for model in models])
        return models

    def model(self, name: str) -> Model:
        """The model of that name; a UserError lists the names there are."""
        for model in self.models:
            if model.name == name:
                return model
        names = ", ".join(m.name for m in self.models)
        raise UserError(f"model {name!r} is not in the configuration; there are: {names}")

    def weights_of(self, model: Model) -> list[str]:
        """CTC weights of one model, as they stand in paths."""
        return list(model.ctc_weights or self.ctc_weights)

    def variants(self) -> list[tuple[str, str]]:
        """Every variant as (model name, CTC weight), in the order of the configuration."""
        return [(m.name, weight) for m in self.models for weight in self.weights_of(m)]


def parse(mapping: object, origin: str = "the configuration") -> Study:
    """Check a configuration that was read from ``origin``.

    Raises:
        UserError: with a line for each wrong key.
    """
    if not isinstance(mapping, dict):
        raise UserError(f"{origin}: holds no keys; it must be a YAML mapping such as config.yaml")
    try:
        return Study.model_validate(mapping)
    except ValidationError as error:
        raise UserError("\n".join(explain(error, origin, Study))) from None


def load(path: str | Path) -> Study:
    """Read and check a configuration file (YAML, or the JSON of a resolved study)."""
    return parse(read(path), origin=str(path))


def read(path: str | Path) -> dict:
    """The keys of a configuration file, unchecked.

    Raises:
        UserError: there is none, or it holds what would be misread.
    """
    path = Path(path)
    try:
        return read_json(path) if path.suffix == ".json" else yaml_file.read(path)
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such configuration file") from None
