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

from asrbench.study import axes
from asrbench.study.axes import AXES_OF, BUILD, DECODING, Axis, Build, Level, Value, Variant
from asrbench.study.config_block import Block, Positive, no_doubles

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=60)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


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
    """A block with a key for the default of each axis of that level that has one."""
    fields: dict[str, Any] = {
        axis.name: (_one(axis), Field(axis.default, description=axis.meaning))
        for axis in axes.of_level(level)
        if not isinstance(axis.default, tuple)
    }
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


class Model(_defaults(BUILD)):  # type: ignore[misc]
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
    tokens_per_second: float | None = Field(
        None,
        gt=0,
        le=100,
        description="For random weights, how many tokens a second of audio are decoded, since "
        "such a model does not know when to stop.",
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
    files = ("source", "sha256", "weights")
    same = [other for other in models if all(getattr(other, f) == getattr(model, f) for f in files)]
    own = {axis.name: getattr(model, axis.name) for axis in axes.of_level(BUILD)}
    blocks = [block.model_dump() for block in model.builds or [Builds()]]
    found = [
        Build(axes.build_name(model.name, values, own), same[0].name, tuple(values.items()))
        for values in axes.crossed(blocks, axes.of_level(BUILD), own)
    ]
    return list(dict.fromkeys(found))


def variants_of(build: Build, model: Model, study: Any) -> list[Variant]:
    """The decodings of one build, in the order of the configuration.

    Raises:
        ValueError: a block names an axis that the engine does not have.
    """
    engine = str(build["engine"])
    defaults: Mapping[str, Value] = study.decoding.model_dump()
    found = []
    for values in axes.crossed(_blocks(model, study, engine), AXES_OF[engine], defaults):
        slug = axes.decoding_slug(engine, values, defaults)
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
            raise ValueError(
                f"model {model.name}: {engine} has no {name}; its axes are {', '.join(known)}"
            )
        return asked
    return [{}]


def check(study: Any) -> None:
    """Refuse variants that an engine does not have.

    Raises:
        ValueError: which.
    """
    for model in study.models:
        for build in builds_of(model, study.models):
            variants_of(build, model, study)
