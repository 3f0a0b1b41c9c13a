"""The table of streaming: how long a person waits for words, a row a variant and piece length."""

from pathlib import Path

import numpy as np
import pandas as pd

from asrbench.engines import catalogue
from asrbench.results import power_windows, streamed_rows, wer_rows
from asrbench.results.streamed_rows import Rows
from asrbench.statistics import repeatability, scoring
from asrbench.statistics.round_unit_matrix import matrices
from asrbench.study import normalise
from asrbench.study.config import Study
from asrbench.study.variant import Variant
from asrbench.tables import interval_columns, percentiles
from asrbench.tables.table import REPEATED_NOTE, Table, speech_note
from asrbench.tables.table_markdown import Column, spanned
from asrbench.tables.table_schema import count, interval, number, over, schema, text
from asrbench.tables.variant_rows import IDENTITY, VARIANT, identity, joined

KEEPS_UP, FALLS_BEHIND = "keeps up", "falls behind"
# What was heard piece by piece, or whole prefixes again and again.
STREAMS, REDECODES = "streams", "decodes again"
_SHARE = 0.95


def build(study: Study, results: Path) -> pd.DataFrame:
    """Each variant with each length of a piece, or once where it does not stream.

    There are no rows where the stage is left out.
    """
    rows, powers = [], _listening(study, results)
    for variant in study.variants() if study.streaming.pieces_s else []:
        reason = catalogue.not_applicable(variant, catalogue.STREAMS)
        if study.streaming.redecode_s is not None:
            reason = ""
        found = None if reason else streamed_rows.read(study, results, variant)
        for place, piece_s in enumerate([np.nan] if reason else study.streaming.pieces_s):
            row = identity(study, variant) | {"piece_s": piece_s}
            row |= _cells(study, results, variant, found, piece_s, reason)
            if place == 0:
                row |= powers.get(variant, {})
            rows.append(row)
    return pd.DataFrame(interval_columns.moderated(rows))


def _listening(study: Study, results: Path) -> dict[Variant, dict[str, object]]:
    """Watts of each variant while it listens; nothing where that is not asked for."""
    found: dict[Variant, dict[str, object]] = {}
    for what in ("speech", "silence") if study.streaming.energy else ():
        stage = f"listening/{what}"
        powers = power_windows.read(results, study.variants(), study.energy.rounds, stage)
        for variant, measured in powers.items():
            power, cells = measured.preferred, found.setdefault(variant, {})
            cells |= {"power_status": power.status, "meter": power.meter, "scope": power.scope}
            if power.status == "measured":
                cells[f"power_{what}_mean_w"] = power.mean
                cells[f"energy_{what}_j_per_min"] = 60 * power.mean.value
    return found


def _cells(
    study: Study, results: Path, variant: Variant, found: Rows | None, piece_s: float, reason: str
) -> dict[str, object]:
    empty = ("streams", "live", "percentiles_reason", "power_status", "meter", "scope")
    cells: dict[str, object] = dict.fromkeys(empty, "")
    cells["interval_over"] = "none"
    if found is None:
        return cells | {"reason": reason}
    here = found.all[found.all["piece_s"] == piece_s]
    good = found.good[found.good["piece_s"] == piece_s]
    cells |= {
        "rounds": here["round"].nunique(),
        "utterances": here["utterance_id"].nunique(),
        "failed": (here["status"] != "ok").sum(),
        "lookahead_s": found.lookahead_s,
        "streams": {True: STREAMS, False: REDECODES, None: ""}[found.streams],
    }
    if not good.empty:
        again_s = study.streaming.redecode_s
        step_s = found.lookahead_s if found.streams or again_s is None else again_s
        cells |= (
            _figures(good, piece_s, step_s)
            | _ends(found, good)
            | _words(study, results, variant, found, good)
        )
    return cells | {"reason": joined(found.reasons)}


def _figures(good: pd.DataFrame, piece_s: float, step_s: float) -> dict[str, object]:
    waits = matrices(good, "utterance_id", ["first_partial_s", "final_s", "compute_s"])
    duration = matrices(good, "utterance_id", ["duration_s"])["duration_s"]
    final = repeatability.mean(waits["final_s"])
    tails = percentiles.of(good.rename(columns={"final_s": "latency_s"}))
    factors = streamed_rows.piece_factors(good)
    backlog_s = good["backlog_max_s"].quantile(_SHARE)
    # What computes in steps longer than a piece does so in bursts, which hold nothing up.
    step_s = np.nanmax([piece_s, step_s])
    return {
        "first_partial_mean_s": repeatability.mean(waits["first_partial_s"]),
        "first_partial_median_s": good["first_partial_s"].median(),
        "final_mean_s": final,
        "final_median_s": good["final_s"].median(),
        **{f"final_{name}_s": tails.get(f"latency_{name}_s", np.nan) for name in ("p90", "p95")},
        "percentiles_reason": tails.get("percentiles_reason", ""),
        "interval_over": final.over,
        "real_time_factor": repeatability.ratio(waits["compute_s"], duration),
        "piece_rtf_median": np.median(factors),
        "piece_rtf_p95": np.quantile(factors, _SHARE),
        "piece_rtf_max": factors.max(),
        "late_share": good["late_pieces"].sum() / good["pieces"].sum(),
        "backlog_p95_s": backlog_s,
        "backlog_max_s": good["backlog_max_s"].max(),
        "step_s": step_s,
        "live": KEEPS_UP if backlog_s <= step_s else FALLS_BEHIND,
        "partials_mean": good["partials"].mean(),
        "revisions_mean": good["revisions"].mean(),
    }


def _ends(found: Rows, good: pd.DataFrame) -> dict[str, object]:
    """Of a recogniser that declares when the speaker has stopped; nothing of others."""
    if not found.declares_end:
        return {}
    declared = good[good["endpoint_s"] >= 0]
    cells: dict[str, object] = {
        "endpoint_early_share": (good["endpoint_s"] < 0).mean(),
        "endpoint_missed_share": good["endpoint_s"].isna().mean(),
    }
    if not declared.empty:
        waits = matrices(declared, "utterance_id", ["endpoint_s"])["endpoint_s"]
        cells["endpoint_mean_s"] = repeatability.mean(waits)
        cells["endpoint_median_s"] = declared["endpoint_s"].median()
    return cells


def _words(study: Study, results: Path, variant: Variant, found: Rows, good: pd.DataFrame) -> dict:
    """Error rates of the stream and, where they are known, of the same utterances whole."""
    if study.model(variant.model).weights == "random" or not found.references:
        return {}
    change = normalise.BY_NAME[study.wer.normalisation]
    first = good.drop_duplicates("utterance_id")
    pairs = [
        (change(found.references[row.utterance_id]), change(row.text))
        for row in first.itertuples()
        if row.utterance_id in found.references
    ]
    streamed = scoring.score(scoring.count(pairs), study.latency.seed)
    whole = wer_rows.read(study, results, variant)
    same = whole.lines["utterance_id"].isin(first["utterance_id"]).to_numpy()
    cells = {
        name: getattr(streamed, name)
        for name in ("wer_percent", "wer_low_percent", "wer_high_percent")
    }
    if same.sum() == len(pairs):
        cells["wer_whole_percent"] = scoring.score(
            whole.take(same).errors, study.latency.seed
        ).wer_percent
    return cells


TABLE = Table(
    title="Streaming",
    build=build,
    schema=schema(
        **IDENTITY,
        piece_s=number(
            meaning="Length of the pieces that speech comes in; empty where it is not streamed."
        ),
        streams=text(
            *(STREAMS, REDECODES, ""),
            meaning="Whether the recogniser takes pieces, or decodes all that it has heard again "
            "after each streaming.redecode_s of new speech.",
        ),
        rounds=count(meaning="Rounds (fresh processes) that are in the row."),
        utterances=count(meaning="Different utterances that were tried."),
        failed=count(meaning="Raw rows that failed."),
        **interval(
            "first_partial_mean_s",
            "Mean wait from the start of speech to the first words.",
            low=None,
        ),
        first_partial_median_s=number(low=None, meaning="Median of that wait."),
        **interval(
            "final_mean_s",
            "Mean wait from the end of speech to the text that stays; nobody waits for a pause "
            "to be noticed, see endpoint_mean_s.",
        ),
        final_median_s=number(meaning="Median of that wait."),
        final_p90_s=number(meaning="Wait that 90 % of the rows stay below."),
        final_p95_s=number(meaning="Wait that 95 % of the rows stay below."),
        percentiles_reason=text(meaning="Which percentiles are absent, and why."),
        **interval(
            "endpoint_mean_s",
            "Mean wait from the end of speech until the recogniser itself declares that the "
            "speaker has stopped, in a quiet room; of engines that do so.",
        ),
        endpoint_median_s=number(meaning="Median of that wait."),
        endpoint_early_share=number(
            high=1.0, meaning="Share of rows where it was declared before speech ended."
        ),
        endpoint_missed_share=number(
            high=1.0, meaning="Share of rows where it was not declared within 5 s of quiet."
        ),
        interval_over=over("rounds and passes", "rounds", "passes"),
        **interval("real_time_factor", "Seconds of computing for a second of audio."),
        piece_rtf_median=number(
            meaning="Computing of a piece over how long the piece lasts: median of all pieces."
        ),
        piece_rtf_p95=number(meaning="95th percentile of that."),
        piece_rtf_max=number(meaning="The worst piece."),
        late_share=number(high=1.0, meaning="Share of pieces that took longer than they last."),
        backlog_p95_s=number(
            meaning="95th percentile, over utterances, of the most that a piece was done after it "
            "had come."
        ),
        backlog_max_s=number(meaning="The most of any utterance."),
        live=text(
            *(KEEPS_UP, FALLS_BEHIND, ""),
            meaning="Keeps up where that percentile is at most step_s.",
        ),
        step_s=number(
            meaning="The length of a piece; where it is longer, the audio that the model waits "
            "for, or after which all is decoded again."
        ),
        lookahead_s=number(meaning="Audio that the model waits for, as it declares it."),
        partials_mean=number(meaning="Mean number of different texts before the one that stays."),
        revisions_mean=number(
            meaning="Mean number of texts that change or drop a word of the one before."
        ),
        **interval("wer_percent", "Word error rate of what was heard piece by piece."),
        wer_whole_percent=number(
            meaning="Word error rate of the same utterances, decoded whole by the same variant."
        ),
        **interval("power_speech_mean_w", "Mean power while it listens to speech at its pace."),
        **interval("power_silence_mean_w", "Mean power while it listens to a quiet room."),
        energy_speech_j_per_min=number(meaning="Energy of a minute of listening to speech."),
        energy_silence_j_per_min=number(meaning="Energy of a minute of listening to silence."),
        power_status=text(meaning="Whether a meter measured that power; see the table energy."),
        meter=text(meaning="The meter of that power."),
        scope=text(meaning="What the meter measures."),
        reason=text(meaning="Why a figure is absent, or rows failed."),
    ),
    columns=[
        *VARIANT,
        Column("piece (s)", "piece_s"),
        Column("how", "streams"),
        Column("live", "live"),
        spanned("first words (s)", "first_partial_mean_s"),
        spanned("final (s)", "final_mean_s"),
        Column("final, p90 (s)", "final_p90_s"),
        Column("final, p95 (s)", "final_p95_s"),
        spanned("engine's own end (s)", "endpoint_mean_s", seldom=True),
        Column("ended early", "endpoint_early_share", seldom=True),
        Column("end missed", "endpoint_missed_share", seldom=True),
        Column("late pieces", "late_share"),
        Column("worst piece (RTF)", "piece_rtf_max"),
        Column("backlog, p95 (s)", "backlog_p95_s"),
        spanned("real-time factor", "real_time_factor"),
        Column("look-ahead (s)", "lookahead_s"),
        Column("revisions", "revisions_mean"),
        spanned("WER (%)", "wer_percent"),
        Column("WER whole (%)", "wer_whole_percent"),
        Column("listening to speech (J/min)", "energy_speech_j_per_min", seldom=True),
        Column("to silence (J/min)", "energy_silence_j_per_min", seldom=True),
        Column("failed", "failed"),
        Column("percentiles", "percentiles_reason"),
        Column("remarks", "reason"),
    ],
    notes=lambda study: [
        *speech_note(study),
        REPEATED_NOTE,
        "Times are of a clock that speech and computing move: a piece comes when it has been "
        "spoken, and is done at the later of its coming and the end of the piece before, plus its "
        "computing. Speech begins and ends with the first and last 10 ms that are at most 35 dB "
        "below the loudest and 6 dB above the quietest (docs/streaming.md).",
        "Keeps up: of 95 % of the utterances every piece was done within one step of its coming. A "
        "step is the length of a piece, or what the model waits for where that is longer.",
    ],
)
