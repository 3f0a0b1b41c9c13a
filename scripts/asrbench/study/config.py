"""The study: one configuration file, checked before any job starts.

Every key has a description, a default and bounds. An unknown key is an error.
:func:`parse` turns the mapping that Snakemake (or YAML) read into a
:class:`Study`, or raises one :class:`~asrbench.basics.errors.UserError` that names
each wrong key, its value, and what is allowed.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from asrbench.basics import yaml_file
from asrbench.basics.errors import UserError
from asrbench.basics.json_file import read_json
from asrbench.study import model_settings
from asrbench.study.axes import Value
from asrbench.study.compare_list import Entries
from asrbench.study.config_block import Block, Positive, Sha256, no_doubles
from asrbench.study.config_errors import explain
from asrbench.study.energy_settings import Energy
from asrbench.study.model_settings import (
    CtcWeights,
    Decode,
    Decoding,
    Language,
    Model,
    Name,
)
from asrbench.study.streaming_settings import Streaming
from asrbench.study.sweep_settings import Sweeps
from asrbench.study.variant import Build, Variant


class Speech(Block):
    """Where the speech is and how it is read."""

    name: Name = Field(description="What tables and figures call this speech.")
    path: str | None = Field(
        None,
        description="Speech already on disk: a folder in LibriSpeech's or Kaldi's layout or with "
        "a manifest.csv, a manifest (CSV or JSON lines), or an archive of such a folder; relative "
        "to the folder the workflow runs in. Takes the place of urls.",
    )
    urls: list[str] = Field(
        default_factory=list,
        description="Addresses of the archive, tried in their order until one delivers.",
    )
    sha256: Sha256 | None = Field(
        None, description="Checksum of the archive: an archive that differs is refused."
    )
    language: Language = Field("en", description="Its language, by the code of ISO 639.")
    synthetic: bool = Field(
        False, description="Whether a machine spoke it; tables and figures then say so."
    )
    sample_rate_hz: int = Field(
        16000, ge=4000, le=192000, description="Rate that speech is resampled to."
    )
    channels: Literal["refuse", "mix"] = Field(
        "refuse", description="What is done with more than one channel: refuse it, or mix it down."
    )

    longest_s: float | None = Field(
        None, ge=1, description="Longest utterance that is decoded whole, in seconds; null: any."
    )
    longer: Literal["refuse", "cut"] = Field(
        "refuse",
        description="What is done with an utterance above longest_s. refuse: it is listed as of no "
        "use; cut: it is decoded for the word error rate in pieces, cut where it is quietest, "
        "their words are joined and scored against its whole text, and it is not timed.",
    )

    @model_validator(mode="after")
    def _has_a_source(self):
        if self.path is None and not self.urls:
            raise ValueError("has neither path nor urls: give a folder or archive, or an address")
        return self

    def cut_above_s(self) -> float | None:
        """The duration above which utterances are decoded in pieces; None: all are whole."""
        return self.longest_s if self.longer == "cut" else None


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
    engine: Literal["own", "espnet-fast"] = Field(
        "own",
        description="Whose search finds the words. own: each variant's; espnet-fast: also for "
        "variants of espnet, whose words it finds in a fraction of the time.",
    )
    share_encoder: bool = Field(
        True,
        description="Run a model's encoder once for all its CTC weights; its outputs are kept on "
        "disk until the run has ended well (92 MB an hour of audio for the study's Conformer).",
    )
    normalisation: Literal["none", "basic", "english", "librispeech"] = Field(
        "librispeech",
        description="What is done to hypotheses and references alike. librispeech: upper case, "
        "accents taken off, only A-Z, digits, apostrophe and single spaces; english: Whisper's "
        "rules for English, by which numbers, contractions and spellings are written one way; "
        "basic: the letters, marks and numbers of every script, case folded; none: as they are.",
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
    ctc_weights: CtcWeights | None = Field(
        None,
        description="Share of the CTC score in the search: 0 attention only, 1 CTC only; short "
        "for decode with ctc_weight alone. With neither: [0.0, 0.3, 1.0].",
    )
    decode: Decode | None = Field(
        None,
        description="The ways of decoding that each model is measured with: lists in a block are "
        "crossed, blocks are united. An axis that a block does not name is as decoding says.",
    )
    decoding: Decoding = Field(default_factory=Decoding, description="The search.")
    latency: Latency = Field(default_factory=Latency, description="Timing of the sample.")
    sweeps: Sweeps = Field(default_factory=Sweeps, description="Sweeps.")
    streaming: Streaming = Field(
        default_factory=Streaming, description="Speech that comes in piece by piece."
    )
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
    def _builds_differ(cls, models: list[Model]) -> list[Model]:
        no_doubles([b.name for model in models for b in model_settings.builds_of(model, models)])
        return models

    @model_validator(mode="after")
    def _variants_differ(self):
        model_settings.decodings_once(self)
        model_settings.check(self)
        return self

    def _built(self) -> list[tuple[Model, Build]]:
        """Every build with its model, in the order of the configuration."""
        return [
            (model, build)
            for model in self.models
            for build in model_settings.builds_of(model, self.models)
        ]

    def _absent(self, name: str) -> UserError:
        names = ", ".join(build.name for build in self.builds())
        return UserError(f"model {name!r} is not in the configuration; there are: {names}")

    def model(self, name: str) -> Model:
        """The model of that name, or of the build of that name; a UserError lists what there is."""
        for model, build in self._built():
            if name in (model.name, build.name):
                return model
        raise self._absent(name)

    def builds(self) -> list[Build]:
        """Every build, in the order of the configuration."""
        return [build for _, build in self._built()]

    def build(self, name: str) -> Build:
        """The build of that name; a UserError lists what there is."""
        for build in self.builds():
            if build.name == name:
                return build
        raise self._absent(name)

    def variants(self, build: str | None = None) -> list[Variant]:
        """Every variant, or those of one build, in the order of the configuration."""
        if build is not None:
            self.build(build)  # an unknown one is told
        return [
            variant
            for model, each in self._built()
            if build in (None, each.name)
            for variant in model_settings.variants_of(each, model, self)
        ]

    def variant(self, build: str, slug: str) -> Variant:
        """The variant of a build by its decoding as it stands in paths.

        Raises:
            UserError: there is none; the text lists what there is.
        """
        for variant in self.variants(build):
            if variant.slug == slug:
                return variant
        slugs = ", ".join(variant.slug for variant in self.variants(build))
        raise UserError(f"model {build} has no variant {slug!r}; there are: {slugs}")

    def find(self, build: str, **axes: Value) -> Variant | None:
        """The first variant of a build with these values of its axes, such as ctc_weight="0.3"."""
        for variant in self.variants():
            if variant.model == build and all(
                variant.axes.get(name) == value for name, value in axes.items()
            ):
                return variant
        return None


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
