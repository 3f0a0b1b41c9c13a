"""In what two runs differ, and whether a figure of one may be set against the other's."""

from asrbench.basics.digits import figure
from asrbench.compare.run_folder import Run
from asrbench.study.axes import AXES
from asrbench.tables.claims.table_evidence import Absent

_SHOWN = 6
# Names and places, which no measurement depends on.
_PLACES = ("name", "speech.path", "speech.urls")


def configuration(first: Run, second: Run) -> str:
    """Keys of the configuration that differ, as one line; '' where none does."""
    if first.device.get("config_sha256") == second.device.get("config_sha256"):
        return ""
    ours, theirs = _flat(first), _flat(second)
    told = [
        f"{key}: {_shown(theirs, key)} here, {_shown(ours, key)} in {first.label}"
        for key in dict.fromkeys([*ours, *theirs])
        if ours.get(key) != theirs.get(key)
    ]
    if not told:
        return "the configuration differs in names and places alone"
    more = [f"{len(told) - _SHOWN} more"] if len(told) > _SHOWN else []
    return "; ".join([*told[:_SHOWN], *more])


def _flat(run: Run) -> dict[str, object]:
    study = run.study.model_dump()
    models = {model.pop("name"): model for model in study.pop("models")}
    for model in models.values():
        del model["source"]
        (model["upstream"] or {}).pop("source", None)
    flat: dict[str, object] = {}
    _flatten("", study | {"models": models}, flat)
    return {key: value for key, value in flat.items() if key not in _PLACES}


def _flatten(before: str, value: object, flat: dict[str, object]) -> None:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            _flatten(f"{before}.{key}" if before else str(key), inner, flat)
    else:
        flat[before] = value


def _shown(flat: dict[str, object], key: str) -> str:
    if key not in flat:
        return "absent"
    return "not set" if flat[key] is None else str(flat[key])


def of_variant(first: Run, second: Run, variant: tuple[str, str]) -> str:
    """Why figures of this variant are not comparable; '' where they are.

    Both runs have the variant, by its names in paths. The same checkpoint is told by its
    sha256; random weights by their number.
    """
    model = variant[0]
    axes = [run.study.variant(*variant).axes for run in (first, second)]
    one, other = first.study.model(model), second.study.model(model)
    found = [
        *(_another(a.heading, axes[0].get(a.name), axes[1].get(a.name)) for a in AXES),
        _another("kind of weights", one.weights, other.weights),
        _another("rate of tokens", one.tokens_per_second, other.tokens_per_second),
    ]
    network, others = _network(first, model), _network(second, model)
    if "random" not in (one.weights, other.weights):
        known = network["sha256"] and others["sha256"]
        if known:
            ours, theirs = (each["sha256"][:12] for each in (network, others))
            found.append(_another("checkpoint", ours, theirs, "sha256 "))
        else:
            found.append("the checkpoint of one is not known")
    counts = [each["parameters"] for each in (network, others)]
    if None not in counts:
        found.append(_another("number of parameters", *counts))
    return ", ".join(dict.fromkeys(why for why in found if why))


def _another(what: str, one: object, other: object, before: str = "") -> str:
    if one == other:
        return ""
    return f"another {what} ({before}{_word(other)}, not {before}{_word(one)})"


def _word(value: object) -> str:
    return figure(value) if isinstance(value, (int, float)) else str(value)


def _network(run: Run, model: str) -> dict:
    try:
        row = run.tables.row("parameters", "parameters", model=model, module="whole")
    except Absent:
        return {"sha256": "", "parameters": None}
    return {"sha256": row.get("sha256", ""), "parameters": int(row["parameters"])}
