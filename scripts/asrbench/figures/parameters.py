"""The figure of parameters: whole, encoder, decoder and CTC head of each model."""

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from asrbench.figures import bar_rows, style
from asrbench.study.config import Study
from asrbench.study.engine_axes import ESPNET
from asrbench.tables import table_csv
from asrbench.tables.claims import published_study

MODULES = {"whole": "whole model", "encoder": "encoder", "decoder": "decoder", "ctc": "CTC head"}
PUBLISHED = {
    "whole": "parameters_total",
    "decoder": "parameters_decoder",
    "ctc": "parameters_ctc",
}


def draw(tables: Path, study: Study) -> Figure:
    """From parameters.csv; the published study's counts are rings around those of its models."""
    table = table_csv.read(tables, "parameters")
    colours = style.colours(study)
    reference = published_study.beside(study).drop_duplicates("model").set_index("model")
    others = [name for name in reference.index if name not in colours]
    pairs = [(name, module) for name in colours for module in _modules(study, name, table)]
    pairs += [(name, module) for name in others for module in PUBLISHED]
    rows = bar_rows.lay_out(pairs)
    names = {b.name: style.shown(study, b.name, width=99) for b in study.builds()}
    names |= {name: f"{name}, {published_study.LABEL}" for name in others}
    figure = style.new(rows.height_in + 1.1)
    axes = figure.subplots()
    axes.set_xscale("log")
    bar_rows.prepare(axes, rows, names, {name: name for name in table["module"]} | MODULES)

    counts = table.set_index(["model", "module"])["parameters"]
    reasons = table.set_index("model")["reason"].to_dict()
    drawn = [
        reference.at[name, column] for name in reference.index for column in PUBLISHED.values()
    ]
    for (name, module), y in rows.at.items():
        count = counts.get((name, module))
        ring = (
            reference.at[name, PUBLISHED[module]] if _is_published(reference, name, module) else 0
        )
        if ring > 0:
            edge = style.FADED
            axes.plot(ring, y, "o", mfc="none", mec=edge, mew=1.1, ms=9, zorder=2)
        if count is not None and count > 0:
            axes.plot(count, y, "o", color=colours[name], ms=5.5, zorder=3)
            drawn.append(count)
        if (count is not None and count > 0) or ring > 0:
            value = count if count is not None and count > 0 else ring
            axes.hlines(y, 0.1, value, color=style.GRID, linewidth=2, zorder=1)
            bar_rows.write(axes, max(value, ring), y, "  " + rounded(value), style.INK)
        else:
            why = reasons.get(name) or "none"
            axes.text(
                *(0.01, y, why[:70]),
                transform=axes.get_yaxis_transform(),
                va="center",
                color=style.FADED,
                fontsize=7.5,
            )
    axes.set_xlim(0.4 * min(drawn), 5 * max(drawn))
    axes.set_xlabel("parameters (logarithmic)")
    style.plain_log(axes.xaxis)
    axes.xaxis.set_major_formatter(lambda value, _: rounded(value))
    style.note(figure, study, measured=False)
    ring = {"marker": "o", "markerfacecolor": "none", "markersize": 9, "color": style.FADED}
    dot = {"marker": "o", "markersize": 5.5}
    if not reference.empty:
        entries = [
            style.handle("this study", **dot),
            style.handle(published_study.LABEL, **ring),
        ]
        style.legend(figure, entries, columns=2)
    return figure


def _modules(study: Study, name: str, table: pd.DataFrame) -> list[str]:
    """Those of a build that are shown: the parts that its engine tells, and ESPnet's usual ones."""
    own = list(table[table["model"] == name]["module"])
    if study.build(name)["engine"] not in ESPNET:
        return own
    others = [part for part in own if part != "lm" and not part.startswith("used:")]
    return list(dict.fromkeys([*MODULES, *others]))


def rounded(count: float) -> str:
    """116146960 as '116 M'; three digits that count."""
    for size, unit in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if count >= 0.9995 * size:
            return f"{count / size:.3g}{unit}"
    return f"{count:.3g}"


def _is_published(reference, name: str, module: str) -> bool:
    return name in reference.index and module in PUBLISHED
