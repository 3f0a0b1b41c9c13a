"""The published study's hypotheses on made rows: verdicts by hand, and reasons for the untested."""

import shutil

import numpy as np
import pandas as pd
import pytest
import raw_rows
from asrbench.basics.errors import UserError
from asrbench.sources import architecture
from asrbench.statistics import error_propagation
from asrbench.tables.claims import slowest, verdict
from asrbench.tables.claims.table_evidence import Evidence, Tables
from hypothesis import given
from hypothesis import strategies as st
from test_tables import TABLES, read, row, text, write

SLOWEST = "lstm at CTC weight 0.3 is the slowest variant of its kind of weights and engine"
GROWS = (
    "latency of conformer grows less with the input's length than that of lstm at CTC weight 0.3"
)
FULL = (
    "conformer-full (random weights) has fewer word errors than lstm-full (random weights) "
    "at CTC weight 0.0"
)
EARLIER = [name for name in TABLES if name not in ("hypotheses", "summary")]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A study of a large slow conformer and a small fast lstm, each trained and random."""
    results = tmp_path_factory.mktemp("run") / "results"
    study = raw_rows.study(
        ("conformer", "lstm", "conformer-full", "lstm-full"), random=("conformer-full", "lstm-full")
    )
    raw_rows.build(study, results)
    write(study, results, EARLIER)
    return study, results


@pytest.fixture
def copied(finished, tmp_path):
    """The same in a folder of its own, to be damaged."""
    study, results = finished
    shutil.copytree(results.parent, tmp_path / "run")
    return study, tmp_path / "run/results"


def of_claim(study, results, claim):
    """The one row of the table with this claim."""
    write(study, results, ["hypotheses"])
    table = read(results, "hypotheses")
    found = table[table["claim"] == claim]
    assert len(found) == 1, list(table["claim"])
    return found.iloc[0]


def test_each_part_has_its_row_for_each_pair(finished):
    study, results = finished
    write(study, results, ["hypotheses"])
    table = read(results, "hypotheses")
    counts = table.groupby("hypothesis").size().to_dict()
    # A pair: parameters, and 3 weights of errors, latency, energy; two parts by length at
    # 3 weights, and batches; each model twice for CTC; each LSTM once as the outlier.
    assert counts == {
        "a: cost": 2 * (1 + 9),
        "b: CTC": 4 * 2,
        "c: larger inputs": 2 * (6 + 1),
        "outlier": 2,
    }
    trained = table[table["first"].str.startswith("conformer ctc")]
    assert not trained["second"].str.contains("full").any()
    assert "conformer-full (random weights) is slower" in text(results, "hypotheses")


def test_cost_by_hand(finished):
    larger = of_claim(*finished, "conformer has more parameters than lstm")
    assert larger["value"] == pytest.approx(1e8 / int(1e8 / 12))
    assert larger["verdict"] == "supported" and np.isnan(larger["low"])
    slower = of_claim(*finished, "conformer is slower than lstm at CTC weight 0.3")
    latency = read(finished[1], "latency")
    means = [row(latency, model, "0.3")["latency_mean_s"] for model in ("conformer", "lstm")]
    assert slower["value"] == pytest.approx(means[0] / means[1])
    assert slower["verdict"] == "supported" and slower["low"] > 1
    assert (slower["first"], slower["second"]) == ("conformer ctc0.3", "lstm ctc0.3")
    assert "times as long" in slower["evidence"] and "[" in slower["evidence"]
    hungrier = of_claim(*finished, "conformer takes more energy than lstm at CTC weight 1.0")
    energy = read(finished[1], "energy")
    joules = [
        row(energy, model, "1.0")["energy_per_utterance_study_j"] for model in ("conformer", "lstm")
    ]
    assert hungrier["value"] == pytest.approx(joules[0] / joules[1])
    assert hungrier["low"] < hungrier["value"] < hungrier["high"]


def test_equal_word_errors_show_nothing(finished):
    found = of_claim(*finished, "conformer has fewer word errors than lstm at CTC weight 0.0")
    assert (found["value"], found["low"], found["high"]) == (0, 0, 0)
    assert found["verdict"] == "not shown"
    assert found["reason"] == "the interval holds no difference"


def test_without_pairs_word_errors_are_compared_through_both_intervals(copied):
    study, results = copied
    (results / "tables/wer_pairs.csv").unlink()
    found = of_claim(study, results, "conformer has fewer word errors than lstm at CTC weight 0.0")
    rates = read(results, "wer").iloc[0]
    reach = np.hypot(
        rates["wer_percent"] - rates["wer_low_percent"],
        rates["wer_high_percent"] - rates["wer_percent"],
    )
    assert found["value"] == 0 and found["verdict"] == "not shown"
    assert (found["low"], found["high"]) == pytest.approx((-reach, reach))


def test_random_weights_have_no_word_errors_to_compare(finished):
    found = of_claim(*finished, FULL)
    assert found["verdict"] == "not tested" and "random weights" in found["reason"]


def test_ctc_that_is_slower_than_attention_contradicts(finished):
    found = of_claim(*finished, "CTC decoding takes less time than attention decoding in conformer")
    assert found["verdict"] == "contradicted" and found["value"] == pytest.approx(2.0)
    assert found["low"] > 1


def test_growth_and_batches(finished):
    grows = of_claim(*finished, GROWS)
    assert grows["value"] == pytest.approx(0.0, abs=1e-9) and grows["verdict"] == "not shown"
    batch = of_claim(*finished, "conformer gains more from a batch than lstm")
    table = read(finished[1], "batch").set_index(["model", "batch_size"])["forward_mean_s"]
    gains = [4 * table[model, 1] / table[model, 4] for model in ("conformer", "lstm")]
    assert batch["value"] == pytest.approx(gains[0] / gains[1])


def test_the_outlier_is_contradicted_and_its_time_explained(finished):
    found = of_claim(*finished, SLOWEST)
    assert found["verdict"] == "contradicted"
    assert found["second"] == "conformer ctc1.0"
    for words in ("encoder", "attention decoder", "CTC scoring", "search bookkeeping", "(60%)"):
        assert words in found["evidence"]
    assert "tokens an utterance" in found["evidence"]


def slow_hybrid(results, speed):
    for number in (1, 2):
        raw_rows.latency(results, "lstm", "0.3", number, speed)


def test_a_slowest_hybrid_is_supported(copied):
    study, results = copied
    slow_hybrid(results, speed=9.0)
    write(study, results, ["latency", "latency_pairs"])
    found = of_claim(study, results, SLOWEST)
    assert found["verdict"] == "supported" and found["low"] > 1
    assert found["value"] == pytest.approx(4.5)


def test_a_hybrid_as_slow_as_another_is_not_shown(copied):
    study, results = copied
    slow_hybrid(results, speed=2.0)
    write(study, results, ["latency", "latency_pairs"])
    found = of_claim(study, results, SLOWEST)
    assert found["verdict"] == "not shown" and found["value"] == pytest.approx(1.0)


def test_paired_word_errors_are_used_where_they_are_there(copied):
    study, results = copied
    rows = {
        "model": ["lstm"],
        "ctc_weight": ["0.0"],
        "other_model": ["conformer"],
        "other_ctc_weight": ["0.0"],
        "difference_percent": [4.0],
        "difference_low_percent": [3.0],
        "difference_high_percent": [6.0],
        "reason": [""],
    }
    pd.DataFrame(rows).to_csv(results / "tables/wer_pairs.csv", index=False)
    found = of_claim(study, results, "conformer has fewer word errors than lstm at CTC weight 0.0")
    assert (found["value"], found["low"], found["high"]) == (-4.0, -6.0, -3.0)
    assert found["verdict"] == "supported"


def test_without_a_meter_energy_is_not_tested(copied):
    study, results = copied
    for variant in study.variants():
        for number in (1, 2):
            shutil.rmtree(results.joinpath("energy", *variant.key, f"round{number}"))
            raw_rows.energy(results, *variant.key, number, None)
    write(study, results, ["energy"])
    found = of_claim(study, results, "conformer takes more energy than lstm at CTC weight 0.3")
    assert found["verdict"] == "not tested" and "no power meter" in found["reason"]
    assert np.isnan(found["value"])


def test_other_meters_are_not_compared(copied):
    study, results = copied
    path = results / "tables/energy.csv"
    table = pd.read_csv(path, keep_default_na=False)
    table.loc[table["model"] == "lstm", ["meter", "scope"]] = ["rapl", "package"]
    table.to_csv(path, index=False)
    found = of_claim(study, results, "conformer takes more energy than lstm at CTC weight 0.3")
    assert found["reason"] == "measured by battery of whole device and by rapl of package"


@pytest.mark.parametrize("lost", ["latency_pairs", "latency_growth", "parameters", "wer"])
def test_a_lost_table_is_a_reason_and_no_crash(copied, lost):
    study, results = copied
    (results / f"tables/{lost}.csv").unlink()
    write(study, results, ["hypotheses"])
    table = read(results, "hypotheses")
    untested = table[table["verdict"] == "not tested"]
    assert f"there is no table {lost}" in set(untested["reason"])


def test_models_of_one_family_have_rows_that_say_so(tmp_path):
    results = tmp_path / "results"
    study = raw_rows.study(("conformer", "branchformer"), ["0.3"])
    raw_rows.build(study, results)
    write(study, results, EARLIER)
    found = of_claim(study, results, "the Transformer is slower than the LSTM")
    assert found["verdict"] == "not tested"
    assert "conformer (transformer), branchformer (transformer)" in found["reason"]
    found = of_claim(study, results, "CTC decoding takes less time than attention decoding")
    assert found["reason"] == "no model has both CTC weights 0.0 and 1.0"


@pytest.mark.parametrize(
    ("config", "kinds", "family"),
    [
        ("encoder: conformer\ndecoder: transformer", ("conformer", "transformer"), "transformer"),
        ("encoder: rnn\ndecoder: rnn", ("lstm", "lstm"), "lstm"),
        ("encoder: rnn\nencoder_conf: {rnn_type: gru}\ndecoder: rnn", ("gru", "lstm"), "other"),
        ("encoder: vgg_rnn\ndecoder: rnn", ("vgg_lstm", "lstm"), "lstm"),
        ("encoder: e_branchformer\ndecoder: null", ("e_branchformer", ""), "transformer"),
        ("encoder: conformer\ndecoder: rnn", ("conformer", "lstm"), "other"),
        ("frontend: default", ("lstm", ""), "lstm"),
        (
            "encoder_conf: {body_conf: [{block_type: conformer}, {block_type: conv1d}, 3]}",
            ("conformer, conv1d", ""),
            "other",
        ),
        ("encoder: e_branchformer_ctc", ("e_branchformer_ctc", ""), "transformer"),
    ],
)
def test_architecture_from_a_configuration(tmp_path, config, kinds, family):
    path = tmp_path / "config.yaml"
    path.write_text(config + "\n", encoding="utf-8")
    found = architecture.kinds(path)
    assert (found["encoder"], found["decoder"]) == kinds
    assert architecture.family(*kinds) == family


def test_a_configuration_that_is_none_is_told(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("- a list", encoding="utf-8")
    with pytest.raises(UserError, match=r"config.yaml: holds no keys"):
        architecture.kinds(path)


@given(st.floats(0.01, 100), st.floats(0, 10), st.floats(0, 10), st.sampled_from([True, False]))
def test_a_verdict_is_of_the_side_on_which_the_interval_lies(value, down, up, above):
    low, high = value - down, value + up
    said, reason = verdict.of(Evidence(value, low, high, "ratio", ""), 1.0, above)
    if low > 1:
        assert said == ("supported" if above else "contradicted")
    elif high < 1:
        assert said == ("contradicted" if above else "supported")
    else:
        assert said == "not shown" and reason


def test_a_figure_without_an_interval_shows_nothing():
    found = Evidence(9.0, np.nan, np.nan, "ratio", "")
    assert verdict.of(found, 1.0, True)[0] == "not shown"
    exact = Evidence(9.0, np.nan, np.nan, "ratio", "", exact=True)
    assert verdict.of(exact, 1.0, True) == ("supported", "")


def test_intervals_of_differences_and_ratios():
    assert error_propagation.difference((5, 2, 9), (3, 0, 6)) == pytest.approx(
        (2, 2 - np.hypot(3, 3), 2 + np.hypot(4, 3))
    )
    value, low, high = error_propagation.ratio((4.0, 2.0, 8.0), (1.0, 1.0, 1.0))
    assert (value, low, high) == pytest.approx((4, 2, 8))
    assert error_propagation.ratio((4.0, 0.0, 8.0), (1.0, 0.5, 2.0))[1] == 0
    assert np.isnan(error_propagation.ratio((4.0, 0.0, 8.0), (1.0, np.nan, np.nan))[1])
    assert np.isnan(error_propagation.ratio((0.0, 0.0, 0.0), (1.0, 0.5, 2.0))[0])
    # What may be nothing below has no upper bound, and a table holds none that is infinite.
    unbounded = error_propagation.ratio((4.0, 2.0, 8.0), (1.0, 0.0, 2.0))
    assert unbounded[0] == 4 and np.isnan(unbounded[1:]).all()


def test_an_explanation_names_the_largest_part_first(finished):
    said = slowest.explanation(Tables(finished[1] / "tables"), ("conformer", "ctc0.3"))
    assert said.index("encoder") < said.index("attention decoder") < said.index("CTC scoring")
