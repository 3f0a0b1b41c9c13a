"""The page of the report: whole in any study; in a real browser it loads nothing."""

import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest
import raw_rows
from asrbench.basics.digits import figure as digits
from asrbench.figures import style
from asrbench.figures.catalogue import TABLES_OF
from asrbench.report import facts
from asrbench.report import page as report_page
from asrbench.statistics import pareto
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
    models = [row.text for row in opened.all("#summary tbody th")]
    assert models == sorted(models) and len(models) == 9


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
    for each in (whole[2], long):
        browser.open(each, width=width)
        assert browser.run("return document.documentElement.scrollWidth") <= width
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
    assert browser.all("#summary tbody th")[0].text == EVIL
    assert titles(browser, "latency")[0].startswith(f"{EVIL} CTC 0.0: encode")
    assert len(browser.all("script")) == 1


def test_the_answer_is_made_from_the_tables(whole):
    _, results, page = whole
    said = text(page.read_text(encoding="utf-8"))
    pairs = pd.read_csv(results / "tables/latency_pairs.csv", dtype={"ctc_weight": str})
    pair = pairs[(pairs["model"] == "lstm") & (pairs["other_model"] == "lstm")]
    pair = pair[(pair["ctc_weight"] == "0.3") & (pair["other_ctc_weight"] == 1.0)].iloc[0]
    assert f"times {pair['ratio']:.3f} [{pair['ratio_low']:.3f}, " in said
    assert "On the Pareto front of word error rate, latency and energy is lstm CTC 0.0" in said
    assert "3 of all 9 lack one of them" in said
    for name, what in (("latency_pairs", "latency"), ("wer_pairs", "WER")):
        verdicts = pd.read_csv(results / f"tables/{name}.csv")["verdict"].dropna()
        unshown = (verdicts == "no difference shown").sum()
        some = f"no difference in {what} is shown for {unshown} of {len(verdicts)} pairs"
        assert (some if unshown else f"all {len(verdicts)} pairs differ in {what}") in said
    assert "small (random weights)" in said and "synthetic speech" in said
    for line in ("Board 5", "4, of which 2 may be used", "8.00 GiB", "not told by the device"):
        assert line in said


def test_any_weight_between_0_and_1_is_a_hybrid(tmp_path):
    said = text(made(*built(tmp_path, models=("one",), weights=["0.0", "0.5", "0.7", "1.0"])))
    assert "is that of CTC only (1.0) times 0.750 [" in said
    assert "with one CTC 0.5 and times 0.850 [" in said and "with one CTC 0.7" in said


def test_a_front_is_what_nothing_beats():
    rows = pd.DataFrame({"a": [1, 2, 3, 1, 3], "b": [3, 2, 1, 3, 3]})
    assert list(pareto.front(rows, ["a", "b"])) == [True, True, True, True, False]


def test_without_a_meter_energy_is_left_out_and_said_so(tmp_path):
    said = text(made(*built(tmp_path, watts=False)))
    assert "word error rate and latency (energy is left out: no meter measured it)" in said
    assert said.count("this device has no power meter") == 2
    assert said.count("this device has no power meter") == 2 and "plots/energy" not in said


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
    assert "lstm CTC 0.3 (lstm ctc0.3: no file" in said
    assert "There is no description of the device" in said


def test_a_folder_without_tables_makes_a_page_that_says_so(tmp_path):
    said = text(made(raw_rows.study(), tmp_path / "results"))
    assert said.count("there is no such table") >= 6
    assert "no difference in WER is known (there is no table wer_pairs)" in said
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
        assert "no two variants were compared in latency; no two variants were" in said
        assert "alone has word error rate, latency and energy" in said
    if "random" in settings:
        assert "No variant has both a word error rate and a latency" in said
    if settings.get("watts") is False:
        assert "is that of CTC only (1.0) times 0.650 [" in said
    if settings.get("weights") == ["1.0"]:
        assert "cannot be said: no model was timed at both" in said


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
    shutil.copytree(results, tmp_path / "results")
    (tmp_path / "results/tables/hypotheses.csv").write_text(
        "hypothesis,verdict,model,variant,evidence,evidence_interval\n"
        'CTC only is <fastest>,supported,lstm,ctc1.0,"ratio 1.3, of 9 pairs","[1.2, 1.4]"\n'
        "Energy follows latency,not shown,,,,no meter\n"
    )
    said = text(made(study, tmp_path / "results"))
    assert "CTC only is &lt;fastest&gt;" in said and "not shown" in said
    assert "ratio 1.3, of 9 pairs; [1.2, 1.4]" in said and ">no meter<" in said


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
