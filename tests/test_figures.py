"""Figures from tables: each is made whatever the study holds, and twice the same."""

import importlib
import itertools
import math
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import raw_rows
from asrbench.basics import palette
from asrbench.basics.errors import UserError
from asrbench.figures import style, whiskers
from asrbench.study import config
from asrbench.tables import summary_view, table_csv
from asrbench.tables.claims import published_study
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Text
from rich.console import Console
from test_tables import TABLES, write

SCRIPTS = Path(__file__).parent.parent / "scripts"
FIGURES = [
    *("parameters", "latency", "latency_vs_frames", "latency_vs_batch", "latency_vs_threads"),
    *("energy", "energy_vs_frames", "power_vs_time"),
    *("wer_vs_latency", "wer_vs_energy", "wer_vs_duration"),
]
LONG = "a_model_with_a_very_long_name.that_goes_on-and_on_for_60_cha"


@pytest.fixture(scope="module")
def studies(tmp_path_factory):
    """Name to (study, results), with all tables written."""
    made = {}
    four = ("conformer", "lstm", "branchformer", "small")
    for name, settings, watts in [
        ("two", {}, True),
        ("four", {"models": four, "random": ("small",)}, True),
        ("one", {"models": ("tiny",), "weights": ["0.3"], "rounds": 1}, True),
        ("no watts", {"models": ("conformer",)}, False),
        ("long", {"models": (LONG,), "weights": ["0.25", "0.5"]}, True),
        ("all random", {"models": ("conformer",), "random": ("conformer",)}, False),
        ("nothing", {"models": ("conformer", "lstm")}, False),
        ("gaps", {}, True),
    ]:
        study, results = raw_rows.study(**settings), tmp_path_factory.mktemp("run") / "results"
        if name == "nothing":
            raw_rows.write_config(study, results)
        else:
            raw_rows.build(study, results, watts)
        if name == "gaps":
            for stage in ("latency", "energy", "wer", "sweeps/frames", "sweeps/threads"):
                shutil.rmtree(results / stage / "lstm" / "ctc0.3")
            (results / "parameters/lstm.csv").unlink()
            (results / "sweeps/batch/lstm/round1.csv").unlink()
        write(study, results, [table for table in TABLES if table != "latency_pairs"])
        made[name] = study, results
    return made


def draw(name, study, results) -> Figure:
    return importlib.import_module(f"asrbench.figures.{name}").draw(results / "tables", study)


def words(figure: Figure) -> str:
    """All text of a figure, as one line."""
    figure.draw_without_rendering()
    found = [text.get_text() for text in figure.findobj(Text)]
    return " ".join(" ".join(found).split())


def outside(figure: Figure) -> list[str]:
    """Visible texts of which a part lies outside the figure."""
    figure.draw_without_rendering()
    edge = figure.bbox.padded(1)
    out, hidden = [], unseen(figure)
    for text in figure.findobj(Text):
        shown = text.get_visible() and text.get_text().strip() and id(text) not in hidden
        if shown and (text.axes is None or text.axes.get_visible()):
            box = text.get_window_extent()
            if not (edge.contains(box.x0, box.y0) and edge.contains(box.x1, box.y1)):
                out.append(text.get_text())
    return out


def unseen(figure: Figure) -> set[int]:
    """Labels of ticks beyond the ends of their axes, which are never drawn."""
    labels = set()
    for axis in figure.findobj(Axis):
        low, high = sorted(axis.get_view_interval())
        for tick in axis.get_major_ticks():
            if not low <= tick.get_loc() <= high:
                labels |= {id(tick.label1), id(tick.label2)}
    return labels


@pytest.mark.parametrize("kind", ["four", "one", "long", "nothing", "gaps"])
@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_of_every_study_keeps_its_words_inside(studies, name, kind):
    figure = draw(name, *studies[kind])
    assert outside(figure) == []
    if name != "parameters":
        assert "synthetic speech" in words(figure)


LINES = [
    *("latency_vs_frames", "latency_vs_threads", "energy_vs_frames"),
    *("wer_vs_latency", "wer_vs_energy", "wer_vs_duration"),
]


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A study of more CTC weights than there are line styles."""
    weights = ["0.0", "1.0", *(f"0.{i}" for i in range(1, 10))]
    study = raw_rows.study(("conformer",), weights)
    results = tmp_path_factory.mktemp("run") / "results"
    raw_rows.build(study, results)
    for path in results.glob("wer/*/*/hypotheses.jsonl"):
        path.write_text(path.read_text().replace('"status"', '"duration_s": 2.0, "status"'))
    write(study, results, [table for table in TABLES if table != "latency_pairs"])
    return study, results


@pytest.mark.parametrize("name", LINES)
def test_more_decodings_than_line_styles_are_said_and_never_drawn_alike(many, name):
    figure = draw(name, *many)
    assert "not drawn, for want of line styles: CTC 0.8, 0.9" in words(figure)
    assert outside(figure) == []


def test_no_two_weights_have_a_style_in_common():
    styles = style.decoding_styles([f"ctc0.{i}" for i in range(1, 10)])
    for part in zip(*styles.values(), strict=True):
        assert len(set(part)) == len(part) == 7


@pytest.mark.parametrize("name", ["latency", "energy", "parameters", "wer_vs_latency"])
def test_published_study_is_named(studies, name):
    for kind in ("two", "one", "nothing"):
        assert published_study.LABEL in words(draw(name, *studies[kind]))


@pytest.mark.parametrize("name", ["energy", "energy_vs_frames", "wer_vs_energy"])
def test_without_watts_the_figure_says_why(studies, name):
    said = words(draw(name, *studies["no watts"]))
    assert "No watts were measured: this device has no power meter." in said


def test_random_weights_are_named_and_have_no_point(studies):
    said = words(draw("wer_vs_latency", *studies["all random"]))
    assert "random weights: conformer" in said
    assert "no point: conformer CTC 0.0, 0.3, 1.0 (not applicable: random weights)" in said


def test_absent_variants_are_told(studies):
    assert "no file latency/lstm/ctc0.3" in words(draw("latency", *studies["gaps"]))
    assert "lstm CTC 0.3" in words(draw("latency_vs_frames", *studies["gaps"]))
    assert "not measured: lstm at 1, 2, 4" in words(draw("latency_vs_batch", *studies["gaps"]))
    assert "no file parameters/lstm.csv" in words(draw("parameters", *studies["gaps"]))


def test_parts_of_latency_and_growth_are_named(studies):
    said = words(draw("latency", *studies["two"]))
    for part in ("encode", "attention decoder", "CTC scoring", "search bookkeeping", "other"):
        assert part in said
    said = words(draw("latency_vs_frames", *studies["four"]))
    assert said.count("∝ n^1.20") == 12  # without an interval: one round of one pass
    assert "∝" not in words(draw("latency_vs_frames", *studies["nothing"]))


def test_whisper_is_said_to_pad_its_input(studies):
    study, results = studies["two"]
    assert "pads" not in words(draw("latency_vs_frames", study, results))
    whisper = {"name": "tiny.en", "source": "tiny.en", "engine": "faster-whisper"}
    plain = study.model_dump()
    other = config.parse(plain | {"models": [*plain["models"], whisper]})
    said = words(draw("latency_vs_frames", other, results))
    assert "input is padded to 30 s (tiny.en)" in said


def test_threads_that_were_not_measured_are_told(studies, tmp_path):
    said = words(draw("latency_vs_threads", *studies["two"]))
    assert "not measured: with 4 threads (3 of 3 rows failed: 4 threads are more" in said
    said = words(draw("latency_vs_threads", *studies["gaps"]))
    assert "no file sweeps/threads/lstm/ctc0.3" in said
    study = raw_rows.study(sweeps={"threads": {"counts": []}})
    write(study, tmp_path / "results", ["threads"])
    said = words(draw("latency_vs_threads", study, tmp_path / "results"))
    assert "does not sweep over numbers of threads" in said


def test_scopes_are_never_mixed(studies, tmp_path):
    study, results = studies["two"]
    table = table_csv.read(results / "tables", "energy")
    table.loc[0, ["meter", "scope"]] = ["rapl", "package"]
    shutil.copytree(results / "tables", tmp_path / "tables")
    table.to_csv(tmp_path / "tables/energy.csv", index=False)
    said = words(draw("energy", study, tmp_path))
    assert "left out" in said and "conformer CTC 0.0 (rapl, package)" in said


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_same_tables_give_the_same_bytes(studies, tmp_path, ending):
    study, results = studies["two"]
    files = [tmp_path / f"{number}.{ending}" for number in (1, 2)]
    for file in files:
        style.save(draw("latency", study, results), file)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert b"<dc:date>" not in files[0].read_bytes()


def test_other_endings_are_refused(tmp_path):
    with pytest.raises(UserError, match="ends in png or svg, not 'pdf'"):
        style.save(style.new(1.0), tmp_path / "a.pdf")


def test_published_bound_is_marked():
    table = published_study.load()
    assert list(table["wer_is_bound"]) == [False] * 3 + [True] * 3
    assert table["wer_percent"].notna().all()


def test_long_names_are_broken_at_their_joints():
    study = raw_rows.study((LONG,), random=(LONG,))
    lines = style.shown(study, LONG, 24).split("\n")
    assert "".join(lines[:-1]) == LONG and lines[-1] == "(random weights)"
    assert max(map(len, lines)) <= 24


@pytest.mark.parametrize("width", [40, 80, 120, 200])
def test_summary_fits_the_terminal(studies, width, capsys):
    for kind in ("two", "long", "gaps", "nothing"):
        study, results = studies[kind]
        console = Console(width=width, highlight=False)
        summary_view.show(console, study, table_csv.read(results / "tables", "summary"))
        lines = capsys.readouterr().out.splitlines()
        assert max(map(len, lines)) <= width
        variants = [line for line in lines if line.startswith("  CTC ")]
        if width >= 80 or kind == "two":
            assert len(variants) == (len(study.variants()) if width >= 80 else 0)
    assert "no file" in " ".join(lines)


def test_scripts_draw_from_the_tables_alone(studies, tmp_path):
    study, results = studies["one"]
    shutil.copytree(results / "tables", tmp_path / "tables")
    config = raw_rows.write_config(study, tmp_path)
    out = [tmp_path / "latency.png", tmp_path / "latency.svg"]
    flags = ["--config", str(config), "--tables", str(tmp_path / "tables"), "--out", *map(str, out)]
    subprocess.run([sys.executable, str(SCRIPTS / "plot_figure.py"), "latency", *flags], check=True)
    assert out[0].read_bytes().startswith(b"\x89PNG")
    assert out[1].read_text(encoding="utf-8").startswith("<?xml")
    flags = ["--config", str(config), "--results", str(tmp_path), "--report", "report.html"]
    show = [sys.executable, str(SCRIPTS / "show_summary.py"), *flags]
    shown = subprocess.run(show, check=True, capture_output=True, text=True).stdout
    assert "tiny" in shown and "report.html" in shown


def segments(axes) -> list[list[list[float]]]:
    """The whiskers of an axes, each as its two ends."""
    found = [bar for container in axes.containers for bar in container.lines[2]]
    return [segment.tolist() for bar in found for segment in bar.get_segments()]


def carets(axes) -> list[tuple[float, float, object]]:
    """Place and marker of each arrow at an edge."""
    signs = whiskers._CARETS[0] + whiskers._CARETS[1]
    lines = [line for line in axes.lines if line.get_marker() in signs]
    return [(line.get_xdata()[0], line.get_ydata()[0], line.get_marker()) for line in lines]


@pytest.mark.parametrize(
    ("scale", "values", "low", "high", "limits"),
    [
        # Whiskers within half as much again are shown whole: 1.12 × 12.
        ("linear", [5.0, 10.0], [4.0, 9.0], [6.0, 12.0], (0.0, 13.44)),
        # 1.12 × 1.5 × 10, and the whisker to 40 is cut.
        ("linear", [5.0, 10.0], [0.0, 9.0], [40.0, 12.0], (0.0, 16.8)),
        ("linear", [0.0, 10.0], [0.0, 9.0], [1.0, 10.0], (-0.336, 11.2)),
        # 1 / 1.5 / 1.12 and 100 × 1.5 × 1.12: the whisker down to 0 is cut.
        ("log", [1.0, 100.0], [0.0, 90.0], [2.0, 900.0], (1 / 1.68, 168.0)),
        ("log", [1.0, 100.0], [0.8, 90.0], [2.0, 110.0], (0.8 / 1.12, 123.2)),
        ("linear", [1.0, 2.0], [None, None], [None, None], (0.0, 2.24)),
    ],
)
def test_axes_follow_the_values(scale, values, low, high, limits):
    axes = Figure().subplots()
    axes.set_yscale(scale)
    ends = pd.DataFrame({"low": low, "high": high}, dtype=float)
    whiskers.follow(axes.yaxis, pd.Series(values), ends)
    assert axes.get_ylim() == pytest.approx(limits)


def test_a_whisker_that_leaves_the_axes_is_cut_with_an_arrow():
    axes = Figure().subplots()
    rows = pd.DataFrame({"y": [2.0, 3.0, 4.0], "low": [1.0, -1.0, None], "high": [2.5, 9.0, None]})
    at = pd.Series([1.0, 2.0, 3.0])
    whiskers.line(axes, at, rows, ("y", "low", "high"), ("#000000", "-", "o"))
    axes.errorbar(2.0, 1.0, xerr=[[5.0], [0.5]])
    axes.set(xlim=(0, 4), ylim=(0, 5))
    whiskers.cut(axes)
    assert [[1.0, 1.0], [1.0, 2.5]] in segments(axes)
    assert [[2.0, 0.0], [2.0, 5.0]] in segments(axes)
    assert [[0.0, 1.0], [2.5, 1.0]] in segments(axes)
    down, up = whiskers._CARETS[1]
    assert carets(axes) == [(2.0, 0.0, down), (2.0, 5.0, up), (0.0, 1.0, whiskers._CARETS[0][0])]
    caps = [cap for container in axes.containers for cap in container.lines[1]]
    assert all(0 <= y <= 5 for cap in caps for y in cap.get_ydata())


@pytest.fixture(scope="module")
def wide(studies, tmp_path_factory):
    """The tables of two models, where each figure has an interval 100 times as high or more."""
    study, results = studies["two"]
    folder = tmp_path_factory.mktemp("run") / "results"
    shutil.copytree(results, folder)
    for path in (folder / "tables").glob("*.csv"):
        table = table_csv.read(path.parent, path.stem)
        for column in table.columns[table.columns.str.contains("_high")]:
            table[column] = (100 * table[column]).fillna(1000.0)
            low = column.replace("_high", "_low")
            table[low] = table[low].fillna(0.0)
        table.to_csv(path, index=False)
    return study, folder


@pytest.mark.parametrize("name", [*LINES[:-1], "latency", "energy", "latency_vs_batch"])
def test_no_figure_is_ruled_by_its_whiskers(studies, wide, name):
    """Its axes end at most half as much again beyond those of small whiskers."""
    for before, after in zip(draw(name, *studies["two"]).axes, draw(name, *wide).axes, strict=True):
        for limits in ("get_xlim", "get_ylim"):
            assert max(getattr(after, limits)()) <= 1.51 * max(getattr(before, limits)())
    assert any(carets(axes) for axes in draw(name, *wide).axes)
    assert outside(draw(name, *wide)) == []


def test_words_of_growth_lie_below_the_axes(studies):
    figure = draw("latency_vs_frames", *studies["four"])
    figure.draw_without_rendering()
    panels = [axes for axes in figure.axes if axes.get_legend()]
    assert len(panels) == 4
    for axes in panels:
        top = axes.get_legend().get_window_extent().y1
        assert top < axes.xaxis.label.get_window_extent().y0 < axes.bbox.y0


def test_speed_up_has_one_scale_and_latency_one_a_model(studies):
    panels = draw("latency_vs_threads", *studies["two"]).axes
    tops = [axes.get_ylim()[1] for axes in panels[:4]]
    assert tops[1] == tops[3] and tops[0] > 2 * tops[2]


def lab(colour: str) -> list[float]:
    """L, a and b of CIELAB under D65, in which distances are about as the eye's."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)]


def test_no_two_models_have_a_colour_in_common():
    names = [f"m{number}" for number in range(16)]
    colours = palette.of_models(names)
    own = [*list(colours.values())[:14], palette.FADED]
    apart = [math.dist(lab(a), lab(b)) for a, b in itertools.combinations(own, 2)]
    assert min(apart) > 25
    assert palette.without_colour(names) == ["m14", "m15"]
    assert colours["m14"] == colours["m15"] == palette.FADED


def test_models_without_a_colour_are_said():
    study = raw_rows.study(tuple(f"m{number}" for number in range(16)))
    figure = style.without_data(study, "nothing")
    assert "grey, for want of colours: m14, m15" in words(figure)
    assert "for want of colours" not in words(style.without_data(raw_rows.study(), "nothing"))
