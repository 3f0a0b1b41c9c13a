"""The page of the report: whole in any study; in a real browser it loads nothing."""

import math
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest
import raw_rows
from asrbench.basics.digits import borne
from asrbench.basics.digits import figure as digits
from asrbench.figures import style
from asrbench.figures.catalogue import TABLES_OF
from asrbench.report import answer, choice, facts, limits
from asrbench.report import page as report_page
from asrbench.statistics import pareto
from asrbench.statistics.error_propagation import Figure
from asrbench.tables import interval_columns
from asrbench.tables.claims.table_evidence import Tables
from browser import OWN, Browser, needs_browser
from test_tables import write

SCRIPTS = Path(__file__).parent.parent / "scripts"
LONG = "a_model_with_a_very_long_name.that_goes_on-and_on_for_60_cha"
NEEDED = (
    *("parameters", "latency", "latency_pairs", "frames", "energy", "wer", "wer_pairs"),
    "summary",
)
EVIL = "<script>alert('x')</script> & a name"


def made(study, results: Path) -> str:
    return report_page.make(facts.read(study, results), results / "plots")


def plot(study, results: Path) -> None:
    """Draw every figure of the page whose tables are there."""
    for name, tables in TABLES_OF.items():
        if all((results / f"tables/{table}.csv").is_file() for table in tables):
            figure = import_module(f"asrbench.figures.{name}").draw(results / "tables", study)
            style.save(figure, results / f"plots/{name}.svg")


def built(folder: Path, watts: bool = True, tables: tuple[str, ...] = NEEDED, **settings):
    """A study with those tables and a description of a device."""
    study, results = raw_rows.study(**settings), folder / "results"
    raw_rows.build(study, results, watts)
    write(study, results, tables)
    plot(study, results)
    (results / "device.json").write_text(
        '{"board": "Board 5", "cpu": "A76", "cores": 4, "usable_cores": 2,'
        ' "memory_bytes": 8589934592, "governor": null, "versions": {"torch": "2"}}'
    )
    return study, results


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Three models, one with random weights, all measured; and the page of them."""
    settings = {"models": ("conformer", "lstm", "small"), "random": ("small",)}
    tables = (*NEEDED, "latency_growth", "energy_frames")
    study, results = built(tmp_path_factory.mktemp("whole"), tables=tables, **settings)
    page = results / "report.html"
    page.write_text(made(study, results), encoding="utf-8")
    return study, results, page


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    """The page of two models, one with the longest name there may be, and no watts."""
    settings = {"models": (LONG, "b"), "weights": ["0.25", "1.0"], "random": (LONG,)}
    study, results = built(tmp_path_factory.mktemp("long"), watts=False, **settings)
    page = results / "report.html"
    page.write_text(made(study, results), encoding="utf-8")
    return page


@pytest.fixture(scope="module")
def browser():
    window = Browser()
    yield window
    window.close()


@pytest.fixture(scope="module")
def opened(whole, browser):
    browser.complaints()
    browser.open(whole[2])
    return browser


def text(page: str) -> str:
    """What stands in the body before the scripts, as one line."""
    body = page.partition("<body>")[2].partition("<script>")[0]
    return " ".join(body.split())


@needs_browser
def test_nothing_is_fetched_and_nothing_complains(opened):
    asked = opened.asked_for()
    assert asked and all(address.startswith(OWN) for address in asked), asked
    assert opened.complaints() == []
    assert len(opened.all(".chart svg")) == 6


@needs_browser
def test_a_click_on_a_heading_sorts_both_ways(opened):
    head = next(h for h in opened.all("#summary thead th") if "latency" in h.text)
    place = opened.run("return arguments[0].cellIndex", head)
    keys = (
        "return [...document.querySelectorAll('#summary tbody tr')]"
        ".map(row => Number(row.cells[arguments[0]].dataset.key))"
    )
    before = opened.run(keys, place)
    for order, reverse in (("ascending", False), ("descending", True)):
        head.find_element("css selector", "button").click()
        assert head.get_attribute("aria-sort") == order
        assert opened.run(keys, place) == sorted(before, reverse=reverse)
    other = opened.all("#summary thead th button")[0]
    other.send_keys("\ue007")
    assert head.get_attribute("aria-sort") == "none"
    variants = [row.text.replace("\n", " ") for row in opened.all("#summary tbody th")]
    assert variants == sorted(variants) and len(variants) == 9
    assert variants[-1] == "small (random weights) CTC 1.0"


@needs_browser
def test_absent_figures_sort_last_both_ways(opened):
    head = next(h for h in opened.all("#summary thead th") if h.text.startswith("WER"))
    place = opened.run("return arguments[0].cellIndex", head)
    for _ in range(2):
        head.find_element("css selector", "button").click()
        last = opened.all("#summary tbody tr")[-3:]
        cells = [row.find_elements("css selector", "th, td")[place].text for row in last]
        assert cells == ["–"] * 3


def titles(browser, figure: str) -> list[str]:
    """What the marks of a figure show under the pointer."""
    return [t.get_attribute("textContent") for t in browser.all(f"#{figure} .mark title")]


@needs_browser
def test_a_mark_shows_its_figure_and_its_interval(opened, whole):
    latency = pd.read_csv(whole[1] / "tables/latency.csv").iloc[0]
    shown = [digits(latency[f"latency_{name}_s"]) for name in ("mean", "low", "high")]
    said = titles(opened, "latency")
    assert len(said) > 9 * 3
    assert said[0].startswith("conformer CTC 0.0: encode ")
    assert said[0].endswith("of {} s [{}, {}]".format(*shown))
    said = titles(opened, "wer_vs_latency")
    assert len(said) == 6 and all("% [" in words and " s [" in words for words in said)
    assert all("million parameters in use" in words for words in said)
    said = titles(opened, "latency_vs_frames")
    assert len(said) == 9 * 3 and "at 100 frames; " in said[0] and "[" in said[0]
    assert titles(opened, "energy") and titles(opened, "energy_vs_frames")


@needs_browser
def test_a_model_and_a_weight_are_singled_out_in_all_figures(opened):
    def faint(figure):
        marks = opened.all(f"#{figure} .mark")
        return [m.get_attribute("data-model") for m in marks if "faint" in m.get_attribute("class")]

    button = next(b for b in opened.all(".legend button") if b.text == "lstm")
    assert not faint("latency")
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    for figure in ("latency", "wer_vs_latency", "latency_vs_frames"):
        assert faint(figure) and "lstm" not in faint(figure)
    weight = next(b for b in opened.all(".legend button") if b.text == "CTC 0.3")
    weight.click()
    assert "lstm" in faint("latency")
    weight.click()
    button.click()
    assert button.get_attribute("aria-pressed") == "false" and not faint("latency")


@needs_browser
@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_is_wider_than_its_window(whole, long, browser, width):
    heads = "return [...document.querySelectorAll('#summary thead th')]"
    for each in (whole[2], long):
        browser.open(each, width=width)
        assert browser.run("return document.documentElement.scrollWidth") <= width
        # The variant and three figures stand on a phone's screen; all of them on a large one.
        rights = browser.run(f"{heads}.map(h => h.getBoundingClientRect().right)")
        assert rights[3 if width == 390 else -1] <= width
        assert len(rights) == (11 if each == whole[2] else 9)
        said = browser.run(f"{heads}.slice(0, 4).map(h => h.textContent.trim())")
        third = "energy (J)" if each == whole[2] else "real-time factor"
        assert said == ["variant", "WER (%)", "latency (s)", third]
        wide = browser.run(
            "return [...document.querySelectorAll('.chart svg')]"
            ".filter(s => s.getBoundingClientRect().right > innerWidth + 1).length"
        )
        assert wide == 0


@needs_browser
def test_text_of_the_study_is_never_code(whole, browser, tmp_path):
    shutil.copytree(whole[1], tmp_path / "results")
    for table in (tmp_path / "results/tables").glob("*.csv"):
        table.write_text(table.read_text().replace("conformer", EVIL))
    named = [
        model.model_copy(update={"name": EVIL}) if model.name == "conformer" else model
        for model in whole[0].models
    ]
    title = f"{EVIL} --><!-- {{{{ 7*7 }}}} </title>"
    study = whole[0].model_copy(update={"name": title, "models": named})
    plot(study, tmp_path / "results")
    page = tmp_path / "page.html"
    page.write_text(made(study, tmp_path / "results"), encoding="utf-8")
    browser.complaints()
    browser.open(page)
    assert browser.complaints() == []
    assert EVIL in browser.all("h1")[0].text and "{{ 7*7 }}" in browser.all("h1")[0].text
    assert browser.all("#summary tbody th")[0].text == f"{EVIL}\nCTC 0.0"
    assert titles(browser, "latency")[0].startswith(f"{EVIL} CTC 0.0: encode")
    assert len(browser.all("script")) == 1


def test_the_answer_is_made_from_the_tables(whole):
    said = text(whole[2].read_text(encoding="utf-8"))
    assert "Take <b>lstm CTC 0.0</b>: word error rate" in said
    assert "and no other of 6 variants is as good in word error rate and latency and energy" in said
    assert "What small would recognise: random weights" in said and "synthetic speech" in said
    assert "a machine spoke what was recognised here" in said
    assert "latency is over 6 utterances" in said and "word error rate is over 4 utter" in said
    assert "for 15 of 15 pairs" in said and "no meter" not in said
    for line in ("Board 5", "4, of which 2 may be used", "8.00 GiB", "not told by the device"):
        assert line in said


def test_labels_stand_once_above_a_figure(whole):
    said = text(whole[2].read_text(encoding="utf-8"))
    assert said.count('<span class="label">synthetic speech</span>') == 1
    assert said.count("synthetic speech · random weights: small") == 6


def test_what_each_other_choice_costs(whole):
    """Latencies of made rows are exact: (1 + CTC weight) / (1 + 2 × place) × something shared."""
    known = facts.read(*whole[:2])
    grid = answer.costs(known)
    rows = {cells[0].text: cells[1:] for cells in grid.rows}
    assert len(rows) == 5 and "lstm CTC 0.0" not in rows and "small CTC 0.0" not in rows
    error, seconds, joules = rows["conformer CTC 0.3"]
    assert (error.text, error.key) == ("0 points", 0.0)
    assert seconds.key == pytest.approx(3 * 1.3) and seconds.text == "3.90 ×"
    # 5.0 W against 5.2 W, with noise of 0.1 W a sample.
    assert joules.key == pytest.approx(3.9 * 5.0 / 5.2, rel=0.02)
    low, high = map(float, joules.interval.strip("[]").split(", "))
    assert low < joules.key < high and len(joules.text) <= len("3.75 ×")


def test_without_a_meter_cpu_time_is_compared(tmp_path):
    study, results = built(tmp_path, watts=False)
    known = facts.read(study, results)
    grid = answer.costs(known)
    assert [head for head, _ in grid.heads][-1] == "CPU time"
    found = {cells[0].text: cells[-1].key for cells in grid.rows}
    assert found["conformer CTC 1.0"] == pytest.approx(6.0)
    said = text(made(study, results))
    assert "Energy: no meter measured it" in said and "power (W)" not in said
    assert said.count("this device has no power meter") == 2 and "plots/energy" not in said


def known_of(summary: list[tuple], undecided: list[tuple] = ()) -> facts.Facts:
    """Facts of rows (model, WER, latency, real-time factor), and of pairs of models."""
    rows = [
        {
            **{"model": model, "variant": "ctc0.3", "weights": "trained"},
            **interval_columns.cells("wer_percent", Figure(wer, wer - 4, wer + 4)),
            **interval_columns.cells("latency_mean_s", Figure(latency, math.nan, math.nan)),
            **{"real_time_factor": factor, "power_status": "unavailable", choice.ENERGY: None},
        }
        for model, wer, latency, factor in summary
    ]
    pairs = [
        {"model": one, "variant": "ctc0.3", "other_model": other, "other_variant": "ctc0.3"}
        | {"verdict": "no difference shown", "weights": "trained"}
        for one, other in undecided
    ]
    tables = {"summary": pd.DataFrame(rows)} | ({"wer_pairs": pd.DataFrame(pairs)} if pairs else {})
    return facts.Facts(raw_rows.study(), {}, tables, {}, Tables(Path("none"), tables))


# Fewest errors, but slower than speech; few errors; as few; fast; behind c in all.
FIVE = [("a", 5, 9.0, 1.5), ("b", 10, 2.0, 0.5), ("c", 11, 1.0, 0.25), ("d", 20, 0.5, 0.1)]
FIVE += [("e", 21, 1.5, 0.3)]


@pytest.mark.parametrize(
    ("rows", "undecided", "taken", "why"),
    [
        (
            *(FIVE, [("b", "c"), ("a", "d")], "c"),
            "the fastest of 2 whose word error rate is not shown to differ from the lowest, of the "
            "4 variants on the Pareto front of word error rate and latency, of which 3 are faster "
            "than real time.",
        ),
        (FIVE, [], "b", "the lowest word error rate of the 4 variants"),
        (FIVE[1:], [("b", "e")], "b", "of the 3 variants"),
        (FIVE[1:], [("b", "c")], "c", "of word error rate and latency, all faster than real time."),
        ([(m, w, t, 2.0) for m, w, t, _ in FIVE], [], "a", "none of which is faster than real"),
        (FIVE[2::2], [], "c", "and no other of 2 variants is as good in word error rate and lat"),
        (FIVE[:1], [], "a", "the only variant with trained weights that has both figures"),
    ],
)
def test_the_rule_that_chooses(rows, undecided, taken, why):
    name, sentence = answer.take(known_of(rows, undecided))
    assert name == f"{taken} CTC 0.3" and why in sentence
    wer, latency = next(row[1:3] for row in rows if row[0] == taken)
    assert f"word error rate {wer} % [{wer - 4}, {wer + 4}] at {digits(latency)} s" in sentence


def test_random_weights_are_never_recommended():
    known = known_of(FIVE)
    known.tables["summary"].loc[1, "weights"] = "random"
    assert answer.take(known)[0] == "c CTC 0.3"
    known.tables["summary"]["weights"] = "random"
    name, why = answer.take(known)
    assert name == "" and why.startswith("None can be recommended")
    assert answer.costs(known) is None


def test_what_a_run_cannot_tell_is_counted():
    known = known_of(FIVE, [("b", "c"), ("a", "d")])
    known.absent["energy"] = "there is no such table"
    told = limits.sentences(known)
    assert any("word error rate, for 2 of 2 pairs" in sentence for sentence in told)
    assert any("there is no table latency_pairs" in sentence for sentence in told)


@pytest.mark.parametrize(
    ("figures", "shown"),
    [
        ((1.62, 1.41, 1.92), "1.6 [1.4, 1.9]"),
        ((1.281, 0.0444, 19.4), "1 [0, 19]"),
        ((0.436, 0.0, 1.61), "0.4 [0.0, 1.6]"),
        ((0.1893, 0.0422, 0.361), "0.19 [0.04, 0.36]"),
        ((-11.167717677641133, -17.3, -5.1), "-11 [-17, -5]"),
        ((0.02, -4.2, 3.1), "0 [-4, 3]"),
        ((2.0, 2.0, 2.0), "2.00 [2.00, 2.00]"),
        ((103.26, 103.25, 103.29), "103 [103, 103]"),
        ((1234.0, 1100.0, 1400.0), "1,234 [1,100, 1,400]"),
        ((0.7, 0.2, float("inf")), "0.7 [0.2, ∞]"),
        ((1.2e-15, -1e-15, 3e-15), "1.20e-15 [-1.00e-15, 3.00e-15]"),
        # Slower is never shown as an interval that ends at 1.
        ((1.3, 1.04, 1.5), "1.30 [1.04, 1.50]"),
        ((1.3, 1.0, 1.5), "1.3 [1.0, 1.5]"),
    ],
)
def test_no_more_digits_than_the_interval_bears(figures, shown):
    assert "{} [{}, {}]".format(*borne(*figures, neutral=1.0)) == shown


def test_a_front_is_what_nothing_beats():
    rows = pd.DataFrame({"a": [1, 2, 3, 1, 3], "b": [3, 2, 1, 3, 3]})
    assert list(pareto.front(rows, ["a", "b"])) == [True, True, True, True, False]


def test_missing_variants_are_told(tmp_path):
    study, results = raw_rows.study(), tmp_path / "results"
    raw_rows.build(study, results)
    for stage in ("latency", "energy", "wer", "sweeps/frames"):
        shutil.rmtree(results / stage / "lstm" / "ctc0.3")
    (results / "parameters/lstm.csv").unlink()
    (results / "device.json").unlink()
    write(study, results, NEEDED)
    said = text(made(study, results))
    assert "no file latency/lstm/ctc0.3" in said
    assert "There is no description of the device" in said


def test_a_folder_without_tables_makes_a_page_that_says_so(tmp_path):
    said = text(made(raw_rows.study(), tmp_path / "results"))
    assert said.count("there is no such table") >= 6
    assert "Which variants differ in word error rate: there is no table wer_pairs." in said
    assert "None can be recommended" in said
    assert said.count("Nothing to draw:") == 4


@pytest.mark.parametrize(
    "settings",
    [
        {"models": ("one",), "weights": ["0.3"], "rounds": 1},
        {"models": ("one",), "random": ("one",), "watts": False},
        {"models": ("one",), "weights": ["1.0", "0.3"], "watts": False},
        {"models": tuple(f"m{i}" for i in range(8)), "weights": ["1.0"]},
    ],
    ids=["one variant", "random alone", "another order", "more models than colours"],
)
def test_any_study_has_a_page(tmp_path, settings):
    said = text(made(*built(tmp_path, **settings)))
    if settings.get("rounds") == 1:
        assert "Latencies have no interval: one round of one pass gives none." in said
        assert "the only variant with trained weights that has both figures" in said
        assert 'id="costs"' not in said
    if "random" in settings:
        assert "None can be recommended: no variant with trained weights" in said


@pytest.mark.parametrize("hypothesis", ["", "one two three four five six", None], ids=str)
def test_any_word_error_rate_is_drawn(whole, tmp_path, hypothesis):
    study, results = whole[0], tmp_path / "results"
    shutil.copytree(whole[1], results)
    for variant in study.variants():
        line = {"utterance_id": "a", "reference": "one two", "status": "ok"}
        line["hypothesis"] = line["reference"] if hypothesis is None else hypothesis
        raw_rows.hypotheses(results, *variant.key, [line])
    write(study, results, ["wer", "summary"])
    plot(study, results)
    said = text(made(study, results))
    wer = pd.read_csv(results / "tables/wer.csv")["wer_percent"]
    assert set(wer) == {{"": 100.0, None: 0.0}.get(hypothesis, 200.0)}
    assert '<figure id="wer_vs_latency"' in said


def test_hypotheses_are_shown_where_there_are_any(whole, tmp_path):
    study, results, page = whole
    assert "Hypotheses</h2>" not in page.read_text(encoding="utf-8")
    shutil.copytree(results.parent, tmp_path / "run")
    results = tmp_path / "run/results"
    write(study, results, ["hypotheses"])
    table = pd.read_csv(results / "tables/hypotheses.csv")
    table.loc[0, "claim"] = "CTC only is <fastest>"
    table.loc[0, ["evidence", "reason"]] = ["1.3 times [1.2, 1.4]", "since so & so"]
    table.to_csv(results / "tables/hypotheses.csv", index=False)
    said = text(made(study, results))
    fold = "<summary>CTC only is &lt;fastest&gt;</summary>1.3 times [1.2, 1.4]; since so &amp; so<"
    assert fold in said
    counts = table["verdict"].value_counts()
    assert f"Of {len(table)} claims of the published study: {counts['supported']} supp" in said
    assert f"{counts['not tested']} not tested." in said
    rows = said.partition('id="hypotheses"')[2].partition("</table>")[0]
    assert rows.count("<details>") == len(table) and not re.search(r"\d\.\d{5}", rows)


def test_the_script_makes_the_same_page_without_torch_and_matplotlib(whole, tmp_path):
    _, results, page = whole
    out = tmp_path / "page.html"
    config = results / "study.json"
    flags = ["--config", config, "--results", results, "--out", out]
    code = (
        "import runpy, sys, atexit\n"
        "atexit.register(lambda: print(sorted({'torch', 'matplotlib'} & set(sys.modules))))\n"
        f"sys.argv = ['x', *{[str(flag) for flag in flags]!r}]\n"
        f"sys.path.insert(0, {str(SCRIPTS)!r})\n"
        f"runpy.run_path({str(SCRIPTS / 'make_report_page.py')!r}, run_name='__main__')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert out.read_text(encoding="utf-8") == page.read_text(encoding="utf-8")
    assert page.stat().st_size < 4e6
