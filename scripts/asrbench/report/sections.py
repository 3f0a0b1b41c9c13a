"""The page's tables, and what it says of the device and of what is missing."""

from dataclasses import replace

from asrbench.basics.digits import figure
from asrbench.device import gpus
from asrbench.figures import measured_power
from asrbench.report import choice, names
from asrbench.report import table as report_table
from asrbench.report.facts import KEYS, Facts
from asrbench.report.inputs import HYPOTHESES
from asrbench.report.table import Cell, Grid
from asrbench.study import slugs
from asrbench.tables import error_rate, latency_pairs, memory_peaks
from asrbench.tables.claims import verdict
from asrbench.tables.table_markdown import Column, named, spanned
from asrbench.tables.variant_rows import joined

# What matters most stands first: a narrow screen shows so much of it.
SUMMARY = [
    *error_rate.SHOWN,
    spanned("latency (s)", "latency_mean_s"),
    replace(spanned("energy (J)", "energy_per_utterance_study_j"), seldom=True),
    Column("real-time factor", "real_time_factor"),
    Column("power (W)", "power_mean_w", seldom=True),
    Column("parameters (M)", "parameters_whole", scale=1e-6),
    Column("in use (M)", "parameters_used", scale=1e-6),
    Column("memory (MB)", "peak_memory_bytes", scale=1e-6),
    memory_peaks.GPU_COLUMN,
    Column("CPU s / audio s", "cpu_s_per_audio_s"),
    Column("Pareto front", "front"),
]
_DEVICE = {
    "board": "board",
    "cpu": "CPU",
    "architecture": "architecture",
    "system": "system",
    "kernel": "kernel",
    "governor": "governor",
    "power_mode": "power mode",
    "clock_source": "clock source",
    "python": "Python",
}


def summary(facts: Facts) -> Grid | None:
    """One row a variant, with a mark for those on the Pareto front."""
    if "summary" not in facts.tables:
        return None
    rows, among = facts.tables["summary"].copy(), choice.ranked(facts)
    there = choice.keys(among.front)
    rows["front"] = [
        "yes" if key in there else "no" if key in among.keys else ""
        for key in map(tuple, rows[KEYS].to_numpy())
    ]
    grid = report_table.grid("What each variant costs and what it gives", rows, SUMMARY)
    firsts = [_of_variant(row) for row in rows.to_dict("records")]
    cells = [[first, *others] for first, others in zip(firsts, grid.rows, strict=True)]
    return replace(grid, heads=[("variant", False), *grid.heads], rows=cells)


def _of_variant(row: dict) -> Cell:
    return Cell(named(row), slugs.label(row["variant"]), names.variant(row))


def pairs(facts: Facts) -> Grid | None:
    """Every pair of variants."""
    rows = facts.tables.get("latency_pairs")
    if rows is None or rows.empty:
        return None
    return report_table.grid("Latency of every pair of variants", rows, latency_pairs.TABLE.columns)


def hypotheses(facts: Facts) -> Grid | None:
    """A row a claim, with its verdict; the numbers behind it are folded away."""
    rows = facts.tables.get(HYPOTHESES)
    if rows is None:
        return None
    columns = [Column("claim", "claim"), Column("verdict", "verdict")]
    grid = report_table.grid("What the published study expected, and this run found", rows, columns)
    told = rows[["evidence", "reason"]].itertuples(index=False, name=None)
    folded = [
        [replace(claim, fold=joined(list(numbers))), *cells]
        for (claim, *cells), numbers in zip(grid.rows, told, strict=True)
    ]
    return replace(grid, rows=folded)


def verdicts(facts: Facts) -> str:
    """How many claims got which verdict."""
    if HYPOTHESES not in facts.tables:
        return ""
    found = facts.tables[HYPOTHESES]["verdict"]
    counts = [
        f"{count} {word}" for word in verdict.VERDICTS if (count := int((found == word).sum()))
    ]
    return f"Of {len(found)} claims of the published study: {', '.join(counts)}."


def missing(facts: Facts) -> list[tuple[str, str]]:
    """(who, why) of everything that could not be made."""
    told = [(name.replace("_", " "), why) for name, why in facts.absent.items()]
    rows = facts.tables.get("summary")
    if rows is not None:
        lacking = rows[rows["reasons"] != ""]
        told += names.reasons(lacking, "reasons", len(rows))
    return told


def why_no_energy(facts: Facts) -> str:
    """The reason in words; '' where a meter measured."""
    if "energy" not in facts.tables:
        return facts.absent["energy"]
    rows = measured_power.rows_of_variants(facts.tables["energy"])
    return measured_power.why_none(rows) if measured_power.comparable(rows)[0].empty else ""


def device(facts: Facts) -> list[tuple[str, str]]:
    """(what, value) lines; what the device does not tell is said so."""
    if not facts.device:
        return []
    told = {head: facts.device.get(key) for key, head in _DEVICE.items()}
    lines = [(head, str(value or "not told by the device")) for head, value in told.items()]
    lines.insert(3, ("cores", _cores(facts.device)))
    memory = facts.device.get("memory_bytes")
    lines.insert(4, ("memory", f"{figure(memory / 2**30)} GiB" if memory else "not told"))
    if there := gpus.in_words(facts.device.get("gpus")):
        cuda = facts.device.get("torch_cuda")
        lines.insert(
            5, ("GPU", f"{there}; torch {f'with CUDA {cuda}' if cuda else 'without CUDA'}")
        )
    versions = facts.device.get("versions") or {}
    lines += [(name, str(version or "not installed")) for name, version in versions.items()]
    described = str(facts.device.get("described_utc") or "at an unknown time")
    lines.append(("described", described.replace("T", " ").replace("+00:00", " UTC")))
    commit, *changed = str(facts.device.get("commit") or "unknown").split(" ", 1)
    lines.append(("commit", " ".join([commit[:12], *changed])))
    return lines


def _cores(device: dict) -> str:
    cores, usable = device.get("cores"), device.get("usable_cores")
    told = str(cores or "not told")
    if usable not in (cores, None):
        told += f", of which {usable} may be used"
    kinds = device.get("kinds_of_cores") or []
    return "; ".join([told, *(f"{len(kind['cores'])} of {kind['name']}" for kind in kinds)])


def rules(facts: Facts) -> list[str]:
    """How the table is to be read."""
    chance = "Up to 1 in 20 pairs with no real difference is called different by chance."
    return [
        "A variant is a model and one way of decoding. CTC weight 0 is attention only, 1 is CTC "
        "only. Latency is wall time from a waveform in memory to text. On the Pareto front is what "
        "no other variant equals in "
        f"{facts.error_rate.words}, latency and (where a meter measured) energy "
        "and beats in one; random weights are not ranked. In brackets: 95 % interval; "
        "no brackets, no interval. A dash: no figure; the reason is below.",
        "Parameters in use are those that the search with this CTC weight needs. Energy is mean "
        "watts × mean latency. CPU seconds are computing time and no energy. " + chance,
        *[error_rate.WHY] * (facts.error_rate is error_rate.CER),
        *_normalisation(facts),
    ]


def _normalisation(facts: Facts) -> list[str]:
    if "wer" not in facts.tables:
        return []
    names_of = ", ".join(dict.fromkeys(facts.tables["wer"]["normalisation"]))
    return [f"Texts are compared after the normalisation {names_of}."]


def intervals(facts: Facts) -> str:
    """What the intervals of latency are over, where all are over the same."""
    table = facts.tables.get("latency")
    if table is None:
        return ""
    over = set(table.loc[table["latency_mean_s"].notna(), "interval_over"])
    if over == {"none"}:
        return "Latencies have no interval: one round of one pass gives none."
    return f"Intervals of latency are over {over.pop()}." if len(over) == 1 else ""


def device_name(facts: Facts) -> str:
    """What ran, in few words; '' where it is not described."""
    told = (facts.device.get(key) for key in ("board", "cpu"))
    return next((str(name) for name in told if name), "")


def labels(facts: Facts) -> list[str]:
    """What must not be taken for a measurement of real speech or of a trained model."""
    told = []
    if facts.study.speech.synthetic:
        told.append("synthetic speech")
    random = [model for model in facts.models if model in facts.random]
    if random:
        told.append(f"random weights: {names.joined(random)}")
    return told
