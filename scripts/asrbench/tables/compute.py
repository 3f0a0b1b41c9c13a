"""The table of memory and compute: one row a variant."""

from pathlib import Path

import numpy as np
import pandas as pd

from asrbench.basics.json_file import read_json
from asrbench.engines import catalogue
from asrbench.results import timed_rows
from asrbench.results.raw_files import no_file, read_rows
from asrbench.study import used_parts
from asrbench.study.config import Study
from asrbench.study.variant import Build, Variant
from asrbench.tables import memory_peaks
from asrbench.tables.table import Table
from asrbench.tables.table_markdown import Column
from asrbench.tables.table_schema import count, number, schema, text
from asrbench.tables.variant_rows import IDENTITY, VARIANT, identity, joined

MEGA = 1e-6
PARTS = ("encoder", "decoder", "ctc")


def build(study: Study, results: Path) -> pd.DataFrame:
    """From results/parameters, compute, footprint and latency, and the models' manifests.

    The manifests are in the folder ``resources`` beside ``results``, as the
    workflow leaves them.
    """
    rows = []
    for build in study.builds():
        weights, no_weights = _weights(results, build.name)
        operations, no_operations = _operations(results, build)
        size, no_size = _checkpoint(results, build.checkpoint)
        for variant in study.variants(build.name):
            peaks, no_peak = _peak_memory(study, results, variant)
            ctc_weight = variant.ctc_weight
            rows.append(
                identity(study, variant)
                | {"weights_bytes": weights.get(used_parts.parameters_row(ctc_weight), np.nan)}
                | {"weights_whole_bytes": weights.get("whole", np.nan)}
                | peaks
                | {"checkpoint_bytes": size}
                | _of_variant(operations, ctc_weight)
                | {"reason": joined(no_weights + no_operations + no_size + no_peak)}
            )
    return pd.DataFrame(rows)


def _weights(results: Path, model: str) -> tuple[dict[str, float], list[str]]:
    """Bytes of parameters by row of results/parameters."""
    path = results / "parameters" / f"{model}.csv"
    try:
        rows = read_rows(path, ["module"], ["bytes"])
    except FileNotFoundError:
        return {}, [no_file(path, results)]
    return dict(zip(rows["module"], rows["bytes"], strict=True)), []


def _operations(results: Path, build: Build) -> tuple[pd.DataFrame, list[str]]:
    """results/compute by part."""
    path = results / "compute" / f"{build.name}.csv"
    numbers = ["multiply_adds_per_audio_s", "tokens_per_second"]
    cannot = catalogue.not_applicable(build, catalogue.COUNTS_COMPUTE)
    if cannot:
        return pd.DataFrame(columns=["part", *numbers]).set_index("part"), [cannot]
    try:
        rows, reasons = read_rows(path, ["part"], numbers), []
    except FileNotFoundError:
        rows, reasons = pd.DataFrame(columns=["part", *numbers]), [no_file(path, results)]
    if rows["part"].duplicated().any() or (rows[numbers] < 0).any(axis=None):
        reasons.append(f"{path.name} has a part twice or a count below 0, and is not used")
        rows = rows.iloc[:0]
    return rows.set_index("part"), reasons


def _of_variant(operations: pd.DataFrame, ctc_weight: str | None) -> dict[str, float]:
    """Multiply-adds of each part: 0 where the variant does not use it.

    Args:
        ctc_weight: None where the engine has none, and uses all parts that were counted.
    """
    used = {
        "encoder": True,
        "decoder": ctc_weight is None or used_parts.uses_decoder(ctc_weight),
        "ctc": ctc_weight is None or used_parts.uses_ctc(ctc_weight),
    }
    counted = operations["multiply_adds_per_audio_s"]
    found = {
        f"{part}_multiply_adds_per_audio_s": (counted.get(part, np.nan) if used[part] else 0.0)
        for part in PARTS
    }
    if used["decoder"]:
        found["tokens_per_second"] = operations["tokens_per_second"].get("decoder", np.nan)
    return found


def _checkpoint(results: Path, checkpoint: str) -> tuple[float, list[str]]:
    path = results.parent / "resources" / "models" / checkpoint / "model.json"
    try:
        size = read_json(path).get("checkpoint_bytes")
    except FileNotFoundError:
        return np.nan, [f"no file resources/models/{checkpoint}/model.json"]
    return (np.nan, ["random weights have no checkpoint"]) if size is None else (size, [])


def _peak_memory(study: Study, results: Path, variant: Variant) -> tuple[dict, list[str]]:
    found = timed_rows.footprint(study, results, variant)
    peaks = memory_peaks.of(variant, found.good, timed_rows.sample(study, results, variant).good)
    if not pd.isna(peaks["peak_memory_bytes"]):
        return peaks, []
    return peaks, found.reasons or ["the rows of footprint have no peak_memory_bytes"]


TABLE = Table(
    title="Memory and compute",
    build=build,
    schema=schema(
        **IDENTITY,
        weights_bytes=count(meaning="Memory of the parameters that this CTC weight uses."),
        weights_whole_bytes=count(meaning="Memory of all parameters, which ESPnet loads."),
        **memory_peaks.COLUMNS,
        checkpoint_bytes=count(meaning="Size of the checkpoint file."),
        encoder_multiply_adds_per_audio_s=number(
            meaning="Multiply-adds of the encoder for a second of audio."
        ),
        decoder_multiply_adds_per_audio_s=number(
            meaning="The decoder's, for one hypothesis; 0 where it is not used."
        ),
        ctc_multiply_adds_per_audio_s=number(meaning="The CTC head's; 0 where it is not used."),
        tokens_per_second=number(
            meaning="Tokens for a second of audio that the decoder's count supposes."
        ),
        reason=text(meaning="Why a figure is absent."),
    ),
    columns=[
        *VARIANT,
        Column("weights (MB)", "weights_bytes", scale=MEGA),
        Column("peak memory (MB)", "peak_memory_bytes", scale=MEGA),
        Column("loading (MB)", "loading_peak_memory_bytes", scale=MEGA),
        memory_peaks.GPU_COLUMN,
        Column("checkpoint (MB)", "checkpoint_bytes", scale=MEGA),
        Column("encoder (million/s)", "encoder_multiply_adds_per_audio_s", scale=MEGA),
        Column("decoder (million/s)", "decoder_multiply_adds_per_audio_s", scale=MEGA),
        Column("CTC (million/s)", "ctc_multiply_adds_per_audio_s", scale=MEGA),
        Column("tokens / s", "tokens_per_second"),
        Column("remarks", "reason"),
    ],
    notes=[
        f"Weights: the parameters that this CTC weight uses; ESPnet loads all. {memory_peaks.NOTE}",
        "Multiply-adds are a second of audio's, matrix products and convolutions alone; the "
        "decoder's are those of one hypothesis, so a beam of n costs up to n times as many.",
    ],
)
