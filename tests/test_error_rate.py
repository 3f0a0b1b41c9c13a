"""The character error rate stands first where the script has no spaces, and says why."""

import importlib
from pathlib import Path

import numpy as np
import pytest
import raw_rows
from asrbench.compare import run_folder
from asrbench.compare import tables as compare_tables
from asrbench.report import facts
from asrbench.report import page as report_page
from asrbench.statistics import scoring, spacing
from asrbench.tables import error_rate, summary, wer, wer_pairs, wer_vs_duration, wer_worst
from test_figures import words
from test_tables import write

# References, and what two decodings make of them.
CHINESE = [
    ("今天天气很好", "今天天气很好", "今天 天气很号"),
    ("我们去公园", "我们去公园", "我去公园"),
    ("OK，你好吗", "ok你好吗", "ok你号吗"),
    ("再见", "再见", "再见见"),
] * 3


@pytest.fixture(scope="module")
def chinese(tmp_path_factory):
    """A study of two decodings of one model, all its tables and figures of error rates."""
    study = raw_rows.study(("m",), ["0.3", "1.0"], wer={"normalisation": "basic"})
    results = tmp_path_factory.mktemp("chinese") / "results"
    raw_rows.build(study, results, False)
    (results / "data/utterances.csv").unlink(missing_ok=True)
    for place, weight in ((1, "0.3"), (2, "1.0")):
        lines = [
            {"utterance_id": f"u{i:02}", "speaker": "", "duration_s": 2.0 + i, "status": "ok"}
            | {"reference": texts[0], "hypothesis": texts[place]}
            for i, texts in enumerate(CHINESE)
        ]
        raw_rows.hypotheses(results, "m", weight, lines)
    tables = ("parameters", "latency", "latency_pairs", "energy", "wer", "wer_pairs")
    write(study, results, (*tables, "wer_duration", "wer_worst", "summary"))
    return study, results


@pytest.mark.parametrize(
    ("texts", "absent"),
    [
        (["你好"], True),
        (["日本語のテキスト", "ﾃｽﾄ"], True),
        (["สวัสดี"], True),
        (["မင်္ဂလာပါ", "សួស្តី", "ສະບາຍດີ"], True),
        (["안녕하세요 여러분"], False),
        (["ONE TWO", "в 2020 году", "हिन्दी में"], False),
        (["call 你好 now please"], False),
        (["我 OK"], False),
        (["2020", "…"], False),
        ([], False),
    ],
)
def test_the_script_of_the_references_decides(texts, absent):
    assert spacing.is_absent(texts) == absent
    assert scoring.count([(text, "ONE") for text in texts]).error_rate == (
        "CER" if absent else "WER"
    )


def test_spaces_are_no_characters_of_a_script_without_them():
    errors = scoring.count([("今天天气", "今天 天气"), ("再见", "再 建")])
    assert list(errors.characters.errors) == [0, 1] and list(errors.characters.total) == [4, 2]
    score = scoring.score(errors)
    assert score.cer_percent == pytest.approx(100 / 6) and score.wer_percent > 100
    assert score.cer_low_percent <= score.cer_percent <= score.cer_high_percent
    assert score.sentence_error_percent == 50
    assert list(scoring.count([("A B", "AB")]).characters.errors) == [1]


def test_tables_have_it_first_and_say_why(chinese):
    _study, results = chinese
    for table in (wer, wer_pairs, wer_vs_duration, wer_worst, summary):
        name = table.__name__.rpartition(".")[2]
        text = (results / f"tables/{name}.md").read_text()
        assert error_rate.WHY in text, name
        if table is not wer_pairs:
            head = text.split("\n")[2]
            assert "CER (%)" in head, name
            assert table is wer_worst or head.index("CER (%)") < head.index("WER (%)"), name
    assert "basic" in (results / "tables/wer.md").read_text()


def test_pairs_classes_and_alignments_are_of_characters(chinese):
    study, results = chinese
    pair = wer_pairs.TABLE.make(study, results).iloc[0]
    assert (pair["verdict"], pair["error_rate"]) == ("better", "CER")
    characters = sum(len(line[0].replace("，", "")) for line in CHINESE)
    assert pair["difference_percent"] == pytest.approx(-100 * 12 / characters)
    worst = wer_worst.TABLE.make(study, results).iloc[0]
    assert worst["alignment"] == "再 见 [+见]" and worst["cer_percent"] == 50
    assert np.isnan(worst["wer_percent"]) and worst["words"] == 2
    classes = wer_vs_duration.TABLE.make(study, results)
    assert classes["deletions_percent"].tolist()[-1] == pytest.approx(100 * 3 / characters)


@pytest.mark.parametrize("name", ["wer_vs_latency", "wer_vs_duration"])
def test_figures_show_it(chinese, name):
    study, results = chinese
    drawn = importlib.import_module(f"asrbench.figures.{name}").draw(results / "tables", study)
    said = words(drawn)
    assert "character error rate (%)" in said and "word error rate" not in said
    assert "ublished" not in said


def test_the_page_and_a_comparison_speak_of_it(chinese, tmp_path):
    study, results = chinese
    page = report_page.make(facts.read(study, results), results / "plots")
    assert "character error rate 0 %" in page and error_rate.WHY in page
    assert "normalisation basic" in page
    assert "Character error rate against latency" in page
    raw_rows.write_config(study, results)
    raw_rows.device(results)
    runs = run_folder.open_all([str(results)], tmp_path / "scratch")
    made = compare_tables.write(runs, tmp_path)
    ours = made["wer"][made["wer"]["device"] == runs[0].label]
    assert ours["cer_percent"].max() > 0 and set(ours["error_rate"]) == {"CER"}
    assert (tmp_path / "wer.md").read_text().startswith("# Character error rate by device")


def test_words_stand_first_elsewhere(tmp_path):
    study, results = raw_rows.study(("m",), ["0.3"]), tmp_path / "results"
    raw_rows.build(study, results, False)
    write(study, results, ("parameters", "latency", "energy", "wer", "summary"))
    for name, shown in (("wer", True), ("summary", False)):
        text = Path(results / f"tables/{name}.md").read_text()
        head = text.split("\n")[2]
        assert error_rate.WHY not in text and ("CER (%)" in head) == shown
        assert not shown or head.index("WER (%)") < head.index("CER (%)")
