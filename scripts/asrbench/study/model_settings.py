"""The blocks of the configuration that name models, their builds and their decodings."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    WithJsonSchema,
    create_model,
    model_validator,
)

from asrbench.study import axes, engine_axes, slugs, variant
from asrbench.study.axes import BUILD, DECODING, Axis, Level, Value
from asrbench.study.config_block import Block, Positive, Sha256, no_doubles
from asrbench.study.engine_axes import AXES_OF
from asrbench.study.upstream_settings import Upstream, of_espnet_alone
from asrbench.study.variant import Build, Variant

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=60)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]


def _one(axis: Axis) -> Any:
    """The type of one value of an axis."""
    return Annotated[Any, BeforeValidator(axis.read), WithJsonSchema(dict(axis.allowed))]


def _list(axis: Axis) -> Any:
    """The type of one value or several."""
    several = {"type": "array", "items": dict(axis.allowed), "minItems": 1}
    return Annotated[
        list[_one(axis)],  # type: ignore[misc]
        BeforeValidator(lambda given: given if isinstance(given, list) else [given]),
        Field(min_length=1),
        AfterValidator(no_doubles),
        WithJsonSchema({"anyOf": [dict(axis.allowed), several]}),
    ]


def _lists(level: Level) -> Any:
    """A block with a key an axis of that level, each with one value or a list of them."""
    fields: dict[str, Any] = {
        axis.name: (_list(axis) | None, Field(None, description=axis.meaning))
        for axis in axes.of_level(level)
    }
    return create_model(f"{level}_lists", __base__=Block, **fields)


def _defaults(level: Level) -> Any:
    """A block with a key for the default of each axis of that level that has one.

    Where it says none, the engine has its own.
    """
    fields: dict[str, Any] = {
        axis.name: (_one(axis) | None, Field(None, description=axis.meaning))
        for axis in axes.of_level(level)
        if not isinstance(axis.default, tuple)
    }
    if level == BUILD:
        engine = axes.ENGINE
        fields[engine.name] = _one(engine), Field(engine.default, description=engine.meaning)
    return create_model(f"{level}_defaults", __base__=Block, **fields)


CtcWeights: Any = _list(axes.CTC_WEIGHT)


class Builds(_lists(BUILD)):  # type: ignore[misc]
    """Builds of a model: lists in a block are crossed, blocks are united."""


class Decodings(_lists(DECODING)):  # type: ignore[misc]
    """Ways of decoding: lists in a block are crossed, blocks are united."""


def _cores(given: object) -> object:
    if given in ("all", "big"):
        return given
    if isinstance(given, list) and given and all(type(core) is int and core >= 0 for core in given):
        return no_doubles(given)
    raise ValueError("must be all, big, or the numbers of cores, such as [4, 5, 6, 7]")


_NUMBERS = {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 1}
Cores = Annotated[
    Any,
    AfterValidator(_cores),
    WithJsonSchema({"anyOf": [{"enum": ["all", "big"]}, _NUMBERS]}),
]
Decode = Annotated[list[Decodings], Field(min_length=1)]


class Decoding(_defaults(DECODING)):  # type: ignore[misc]
    """How speech is decoded, where no block says otherwise."""

    threads: Positive | Literal["all"] = Field(
        "all",
        description="CPU threads of the measured process; all: as many as it may use cores, "
        "within the quota of its container.",
    )
    cores: Cores = Field(
        "all",
        description="Cores that the measured process runs on: all that it may use; big: without "
        "those that do less than two thirds of what the fastest does; or their numbers.",
    )
    timeout_s: float | None = Field(
        None,
        gt=0,
        le=86400,
        description="Longest time that one utterance may take to be decoded, in seconds: the "
        "process is ended at it, its row has failed, and the next utterance goes on; null: any.",
    )


class Model(_defaults(BUILD)):  # type: ignore[misc]
    """One model."""

    name: Name = Field(description="Its name in paths, tables and figures.")
    source: str = Field(
        min_length=1,
        description="A URL, an archive, a folder, a repository of the hub (owner/name), or a "
        "folder of an installed Python package (package:NAME/FOLDER). Of "
        "ESPnet also a model zoo tag; a folder then has config.yaml (and model.pth, unless weights "
        "are random).",
    )
    sha256: Sha256 | None = Field(
        None, description="Checksum of the archive (or of model.pth in a folder)."
    )
    files: Annotated[list[str], Field(min_length=1)] | None = Field(
        None,
        description="Of a repository of the hub, which files to fetch, with * for any part of a "
        "name; null: all. An ESPnet model's are known.",
    )
    upstream: Upstream | None = Field(
        None, description="Of an ESPnet model with the front end s3prl, its network's checkpoint."
    )
    weights: Literal["trained", "random"] = Field(
        "trained",
        description="random: the architecture alone, with no checkpoint: parameters, latency "
        "and energy can be measured, WER cannot.",
    )
    tokens_per_second: float | None = Field(
        None,
        gt=0,
        le=100,
        description="For random weights, how many tokens a second of audio are decoded, since "
        "such a model does not know when to stop.",
    )
    language: Language | None = Field(
        None, description="The only language that it knows, if so; null: that of speech.language."
    )
    builds: Annotated[list[Builds], Field(min_length=1)] | None = Field(
        None,
        description="The builds of this model, which share its files: [{}, {engine: espnet-fast}] "
        "has two, whose names in paths and tables are NAME and NAME-fast. What a block does not "
        "say is as the model's own keys say.",
    )
    ctc_weights: CtcWeights | None = Field(
        None, description="The CTC weights of this model, where they differ from the study's."
    )
    decode: Decode | None = Field(
        None, description="The decodings of this model, where they differ from the study's."
    )

    _upstream_fits = model_validator(mode="after")(of_espnet_alone)

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

    @model_validator(mode="after")
    def _decodings_once(self):
        return decodings_once(self)


def decodings_once(block):
    """The block, which says its decodings in one way; a validator for pydantic."""
    if block.ctc_weights is not None and block.decode is not None:
        raise ValueError(
            "has both ctc_weights and decode; put the CTC weights into decode: "
            f"decode: [{{ctc_weight: [{', '.join(block.ctc_weights)}]}}]"
        )
    return block


def builds_of(model: Model, models: list[Model]) -> list[Build]:
    """The builds of one model, in the order of the configuration.

    Args:
        models: all models. Of those with the same files the first has the checkpoint.
    """
    files = ("source", "sha256", "upstream", "weights")
    same = [
        other
        for other in models
        if all(getattr(other, f) == getattr(model, f) for f in files)
        and (other.engine in engine_axes.ESPNET) == (model.engine in engine_axes.ESPNET)
    ]
    own = {axis.name: getattr(model, axis.name) for axis in axes.of_level(BUILD)}
    found = []
    for block in model.builds or [Builds()]:
        asked = block.model_dump()
        for engine in asked[axes.ENGINE.name] or [model.engine]:
            defaults = variant.build_defaults(engine, own)
            blocks = [asked | {axes.ENGINE.name: [engine]}]
            for values in variant.crossed(blocks, axes.of_level(BUILD), defaults):
                name = slugs.build_name(model.name, values, defaults)
                found.append(Build(name, same[0].name, tuple(values.items())))
    return list(dict.fromkeys(found))


def variants_of(build: Build, model: Model, study: Any) -> list[Variant]:
    """The decodings of one build, in the order of the configuration.

    Raises:
        ValueError: a block names an axis that the engine does not have.
    """
    engine = str(build["engine"])
    defaults: Mapping[str, Value] = study.decoding.model_dump()
    found = []
    for values in variant.crossed(_blocks(model, study, engine), AXES_OF[engine], defaults):
        if wrong := engine_axes.fault(values):
            raise ValueError(f"model {model.name}: {wrong}")
        slug = slugs.decoding_slug(engine, values, defaults)
        found.append(Variant(build, slug, tuple(values.items())))
    return list(dict.fromkeys(found))


def _blocks(model: Model, study: Any, engine: str) -> list[dict]:
    for block in (model, study):
        if block.decode is not None:
            asked = [each.model_dump(exclude_none=True) for each in block.decode]
        elif block.ctc_weights is not None:
            asked = [{axes.CTC_WEIGHT.name: block.ctc_weights}]
        else:
            continue
        known = [axis.name for axis in AXES_OF[engine]]
        for name in {name: None for each in asked for name in each if name not in known}:
            if block is model:
                there = f"its axes are {', '.join(known)}" if known else "it has no axis"
                raise ValueError(f"model {model.name}: {engine} has no {name}; {there}")
        # What the study says of an axis that this engine lacks is meant for the others.
        kept = [{n: v for n, v in each.items() if n in known} for each in asked]
        return [each for n, each in enumerate(kept) if each not in kept[:n]]
    return [{}]


def check(study: Any) -> None:
    """Refuse variants that an engine does not have.

    Raises:
        ValueError: which.
    """
    engines = {str(b["engine"]) for m in study.models for b in builds_of(m, study.models)}
    known = {axis.name for engine in engines for axis in AXES_OF[engine]}
    asked = {name for each in study.decode or () for name in each.model_dump(exclude_none=True)}
    asked |= {axes.CTC_WEIGHT.name} if study.ctc_weights else set()
    for name in sorted(asked - known):
        raise ValueError(f"no engine of the study ({', '.join(sorted(engines))}) has {name}")
    for model in study.models:
        if model.language not in (None, study.speech.language):
            raise ValueError(
                f"model {model.name}: knows {model.language} alone, and speech.language is "
                f"{study.speech.language}: take a model of that language"
            )
        for build in builds_of(model, study.models):
            _check_build(build, model)
            variants_of(build, model, study)


def _check_build(build: Build, model: Model) -> None:
    engine = str(build["engine"])
    if wrong := engine_axes.build_fault(dict(build.values)):
        raise ValueError(f"model {model.name}: {wrong}")
    if (engine in engine_axes.ESPNET) != (model.engine in engine_axes.ESPNET):
        raise ValueError(
            f"model {model.name}: {engine} and {model.engine} read different files; make a model "
            "of its own for each"
        )
    if model.weights == "random" and engine not in engine_axes.RANDOM:
        raise ValueError(
            f"model {model.name}: {engine} has no random weights; give its files as source"
        )
