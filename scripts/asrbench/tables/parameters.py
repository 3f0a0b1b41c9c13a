"""The table of parameters: where each model has them, and which a variant uses."""

from pathlib import Path

import pandas as pd

from asrbench.basics.errors import UserError
from asrbench.basics.json_file import read_json
from asrbench.results.raw_files import no_file, read_rows
from asrbench.sources import architecture
from asrbench.study.config import Study
from asrbench.study.engine_axes import ESPNET
from asrbench.tables.table import Table
from asrbench.tables.table_markdown import Column, plain
from asrbench.tables.table_schema import count, schema, text

COUNTS = ["parameters", "trainable", "shared", "bytes"]


def build(study: Study, results: Path) -> pd.DataFrame:
    """The rows of results/parameters/{model}.csv, for all builds of the study.

    What a model is (its architecture and checksum) is in its manifest, in the
    folder ``resources`` beside ``results``, as the workflow leaves it.
    """
    rows = []
    for build in study.builds():
        who = {"model": build.name, "weights": study.model(build.name).weights}
        who |= _network(results, build.checkpoint)
        path = results / "parameters" / f"{build.name}.csv"
        try:
            raw = read_rows(path, text=["module"], numbers=COUNTS)
        except FileNotFoundError:
            rows.append({**who, "module": "whole", "reason": no_file(path, results)})
            continue
        wrong = _fault(raw)
        if wrong:
            rows.append({**who, "module": "whole", "reason": f"{wrong}; remove {path.name}"})
            continue
        rows += [{**who, **row, "reason": ""} for row in raw.to_dict("records")]
    return pd.DataFrame(rows)


def _fault(raw: pd.DataFrame) -> str:
    """What cannot be right in the counts of a model; '' where all can."""
    whole = raw[raw["module"] == "whole"]
    if len(whole) != 1 or raw["module"].duplicated().any():
        return "the counts have not each module once, and 'whole' among them"
    if not ((raw[COUNTS] >= 0) & (raw[COUNTS] % 1 == 0)).all(axis=None):
        return "a count is no whole number from 0"
    of_model = raw[raw["module"] != "lm"]  # which lies beside it
    if (of_model[COUNTS] > whole[COUNTS].iloc[0]).any(axis=None):
        return "a part has more than the whole"
    return ""


def _network(results: Path, checkpoint: str) -> dict[str, str]:
    """Encoder, decoder and checksum of a model, or why they are not known."""
    known = dict.fromkeys(("encoder", "decoder", "sha256", "architecture_reason"), "")
    path = results.parent / "resources" / "models" / checkpoint / "model.json"
    try:
        manifest = read_json(path)
        engine = manifest.get("engine", "espnet")
        if engine not in ESPNET:
            told = {"architecture_reason": f"files of {engine} do not tell their layers"}
            return known | told | {"sha256": manifest.get("sha256") or ""}
        # Relative to the folder of the run, which holds results; absolute outside of it.
        kinds = architecture.kinds(results.parent / manifest["files"]["config"])
    except FileNotFoundError as error:
        missing = Path(error.filename).name
        return known | {"architecture_reason": f"no file resources/models/{checkpoint}/{missing}"}
    except (KeyError, TypeError):
        return known | {"architecture_reason": f"{path}: names no configuration"}
    except UserError as error:
        return known | {"architecture_reason": str(error)}
    return known | kinds | {"sha256": manifest.get("sha256") or ""}


TABLE = Table(
    title="Parameters",
    build=build,
    schema=schema(
        model=text(meaning="Name of the model in the configuration."),
        weights=text("trained", "random", meaning="Trained, or random: the architecture alone."),
        encoder=text(
            meaning="Encoder in the model's own configuration; a recurrent one by its cells."
        ),
        decoder=text(
            meaning="Decoder in the model's own configuration; a recurrent one by its cells."
        ),
        sha256=text(meaning="Checksum of the archive or checkpoint; empty for random weights."),
        architecture_reason=text(meaning="Why encoder and decoder are not known."),
        module=text(meaning="Part of the model: whole, a module, or what a way of decoding uses."),
        parameters=count(meaning="Numbers that it holds."),
        trainable=count(meaning="Those that training changes."),
        shared=count(meaning="Those that belong to another module too."),
        bytes=count(meaning="Memory that they take."),
        reason=text(meaning="Why a figure is absent."),
    ),
    columns=[
        *plain("model", "encoder", "decoder", "module"),
        *plain("parameters", "trainable", "shared", "bytes"),
        Column("remarks", "reason"),
    ],
    notes=lambda study: [
        "`whole` counts each parameter once; `shared` is how many of a row also belong to "
        "another module. `used:attention`, `used:hybrid` and `used:ctc` are what a search with "
        "CTC weight 0, between 0 and 1, and 1 uses. `lm` is a language model beside the model, "
        "which a search with an LM weight above 0 uses as well; no other row has it.",
    ],
)
