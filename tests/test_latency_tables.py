"""Tables of latency: percentiles, line, pairs, growth, threads, memory; rows for what is bad."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
import raw_rows
from asrbench.results import latency_pair, timed_rows
from asrbench.results.raw_files import read_rows
from asrbench.study import config
from asrbench.tables import latency, latency_pairs
from test_tables import read, row, text, write

SAMPLED = ("latency", "latency_pairs")
SWEPT = ("frames", "latency_growth", "threads")


@pytest.fixture
def results(tmp_path):
    return tmp_path / "results"


def one_variant(results, rounds, weight="0.3", **blocks):
    """The study of one variant whose rounds are these lists of raw rows."""
    study = raw_rows.study(("m",), [weight], rounds=len(rounds), **blocks)
    for number, rows in enumerate(rounds, start=1):
        raw_rows.write_csv(results / f"latency/m/ctc{weight}/round{number}.csv", rows)
    return study


def test_parts_add_up(results):
    study = raw_rows.study(("m",))
    raw_rows.build(study, results)
    write(study, results, ["latency"])
    table = read(results, "latency")
    parts = ["encode", "decoder", "ctc", "bookkeeping", "other"]
    summed = sum(table[f"{part}_mean_s"] for part in parts)
    assert np.allclose(summed, table["latency_mean_s"])
    hybrid = row(table, "m", "0.3")
    shares = [hybrid[f"{part}_mean_s"] / hybrid["latency_mean_s"] for part in parts]
    assert shares == pytest.approx([0.6, 0.12, 0.06, 0.12, 0.1])
    assert list(table["ctc_mean_s"] == 0) == [True, False, False]


def test_line_spread_outliers_and_percentiles_of_a_variant(results):
    generator = np.random.default_rng(0)
    duration_s = generator.uniform(2, 20, 70)
    rounds = [
        [
            {"utterance_id": f"u{i}"} | raw_rows.timed(speed * (0.5 + 0.2 * seconds), seconds)
            for i, seconds in enumerate(duration_s)
        ]
        for speed in (1.00, 1.01, 1.02)
    ]
    rounds[1][7] |= raw_rows.timed(9.0, duration_s[7])
    study = one_variant(results, rounds)
    write(study, results, ["latency"])
    found = row(read(results, "latency"), "m", "0.3")
    assert found["startup_s"] == pytest.approx(0.505, abs=0.1)
    assert found["slope_s_per_audio_s"] == pytest.approx(0.202, abs=0.01)
    assert found["slope_low_s_per_audio_s"] < 0.202 < found["slope_high_s_per_audio_s"]
    assert found["outlier_rows"] == 1
    assert 0 < found["latency_std_between_rounds_s"] < 0.2 < found["latency_std_within_rounds_s"]
    assert found["latency_p90_s"] < found["latency_p90_at_most_s"]
    assert np.isnan(found["latency_p95_s"]) and "130 for p95" in found["percentiles_reason"]
    assert found["peak_memory_bytes"] == 500_000_000 + int(1e6 * duration_s.max())


def test_every_pair_once_with_its_verdict(results):
    study = raw_rows.study(("m", "r"), ["0.0", "1.0"], random=("r",))
    raw_rows.build(study, results)
    write(study, results, SAMPLED)
    pairs, latency = read(results, "latency_pairs"), read(results, "latency")
    assert len(pairs) == 6
    first = pairs.iloc[0]
    assert (first["ctc_weight"], first["other_model"], first["other_ctc_weight"]) == (
        *("0.0", "m", "1.0"),
    )
    mean = latency["latency_mean_s"]
    assert first["difference_s"] == pytest.approx(mean[0] - mean[1])
    assert first["ratio"] == pytest.approx(mean[0] / mean[1])
    assert first["difference_high_s"] < 0 and first["ratio_high"] < 1
    assert first["verdict"] == "faster" and first["utterances_shared"] == 6
    assert pairs["verdict"].iloc[1] == "slower" and pairs["other_weights"].iloc[1] == "random"
    assert "r (random weights)" in text(results, "latency_pairs")


def test_pairs_are_over_the_utterances_that_both_have(results):
    study = raw_rows.study(("m",), ["0.0", "1.0"], rounds=1)
    raw_rows.build(study, results)
    rows = [
        {"utterance_id": "u0"} | raw_rows.timed(0.3, 2.0),
        {"utterance_id": "other"} | raw_rows.timed(99.0, 2.0),
    ]
    raw_rows.write_csv(results / "latency/m/ctc1.0/round1.csv", rows)
    write(study, results, ["latency_pairs"])
    found = read(results, "latency_pairs").iloc[0]
    assert found["utterances_shared"] == 1
    assert found["difference_s"] == pytest.approx(0.202 - 0.3)
    assert found["verdict"] == latency_pair.UNDECIDED
    assert found["reason"].startswith("one round of one pass gives no interval; 6 rows are ")
    assert found["rows_left_out"] == 6
    raw_rows.write_csv(results / "latency/m/ctc1.0/round1.csv", rows[1:])
    write(study, results, ["latency_pairs"])
    found = read(results, "latency_pairs").iloc[0]
    assert found["reason"].startswith("they share no utterance") and found["verdict"] == ""


def measured(generator, speed, utterances, rounds):
    """Raw rows of a variant: utterances differ, rounds drift by 1 %, cells by 3 %."""
    drift = generator.normal(1, 0.01, (rounds, 1))
    cells = speed * utterances * drift * generator.normal(1, 0.03, (rounds, utterances.size))
    return pd.DataFrame(
        {"round": r, "utterance_id": f"u{u}", "latency_s": cells[r, u]}
        for r in range(rounds)
        for u in range(utterances.size)
    )


def verdict(first, second, same_run):
    pair = latency_pair.compare(first, second, same_run=same_run)
    return latency_pair.decided([pair])[0].verdict


@pytest.mark.parametrize("same_run", [False, True])
def test_verdicts_on_the_same_variant_twice_and_on_one_ten_percent_slower(same_run):
    generator = np.random.default_rng(0)
    same, slower = [], []
    for _ in range(60):
        utterances = generator.lognormal(0, 0.4, 40)
        first = measured(generator, 1.0, utterances, 5)
        again, delayed = (measured(generator, speed, utterances, 5) for speed in (1.0, 1.1))
        same.append(verdict(first, again, same_run))
        slower.append(verdict(delayed, first, same_run))
    assert same.count(latency_pair.UNDECIDED) >= 55
    assert slower.count(latency_pair.SLOWER) == 60


def test_growth_of_a_known_power(results):
    study = raw_rows.study(("m",), ["0.3", "1.0"])
    raw_rows.build(study, results)
    write(study, results, ["latency_growth"])
    table = read(results, "latency_growth")
    assert list(table["part"][:5]) == ["latency", "encode", "search", "decoder", "ctc"]
    timed = table[table["exponent"].notna()]
    assert np.allclose(timed["exponent"], 1.2)
    assert (timed["interval_over"] == "repeats").all()
    assert np.allclose(timed["exponent_low"], 1.2) and np.allclose(timed["exponent_high"], 1.2)
    decoder = table[(table["ctc_weight"] == "1.0") & (table["part"] == "decoder")].iloc[0]
    assert decoder["reason"] == "no time was spent in this part" and decoder["lengths"] == 0


def test_growth_needs_three_lengths(results):
    study = raw_rows.study(("m",), ["0.3"])
    raw_rows.build(study, results)
    rows = [
        {"length_frames": length, "repeat": 0} | raw_rows.timed(1.0, length / 100)
        for length in (100, 400)
    ]
    rows.append({"length_frames": 1600, "repeat": 0} | raw_rows.timed(0, 16.0))
    rows[-1] |= raw_rows.failed("out of memory")
    raw_rows.write_csv(results / "sweeps/frames/m/ctc0.3/round1.csv", rows)
    write(study, results, ["latency_growth"])
    found = read(results, "latency_growth").iloc[0]
    assert np.isnan(found["exponent"]) and np.isnan(found["exponent_low"])
    assert found["reason"] == (
        "round 1: 6 of 9 rows are missing; 1 of 3 rows failed: out of memory (1); "
        "2 of the lengths have a time, and an exponent needs 3"
    )


def test_speed_up_against_one_thread(results):
    study = raw_rows.study(("m",), ["0.3"])
    raw_rows.build(study, results)
    write(study, results, ["threads"])
    table = read(results, "threads")
    assert list(table["speed_up"][:2]) == pytest.approx([1.0, 1.8])
    assert table["latency_mean_s"][0] == pytest.approx(1.8 * table["latency_mean_s"][1])
    assert np.isnan(table["latency_mean_s"][2]) and table["failed"][2] == 3
    assert "4 threads are more than the 2 cores" in table["reason"][2]


def test_no_speed_up_without_one_thread(results):
    study = raw_rows.study(("m",), ["0.3"])
    raw_rows.build(study, results)
    path = results / "sweeps/threads/m/ctc0.3/round1.csv"
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    rows[rows["threads"] != "1"].to_csv(path, index=False)
    write(study, results, ["threads"])
    table = read(results, "threads")
    assert table["speed_up"].isna().all() and table["latency_mean_s"].notna().sum() == 1
    assert table["reason"][0] == "round 1: 3 of 9 rows are missing"
    assert table["reason"][1].endswith("not measured with 1 thread")


def test_memory_and_compute_of_what_a_variant_uses(results):
    study = raw_rows.study(("m", "r"), random=("r",))
    raw_rows.build(study, results)
    write(study, results, ["compute"])
    table = read(results, "compute")
    assert list(table["weights_bytes"][:3]) == [388_000_000, 400_000_000, 300_000_000]
    assert list(table["decoder_multiply_adds_per_audio_s"][:3]) == [1e9, 1e9, 0]
    assert list(table["ctc_multiply_adds_per_audio_s"][:3]) == [0, 2e8, 2e8]
    assert list(table["peak_memory_bytes"]) == [520_000_000] * 6
    assert list(table["checkpoint_bytes"][:3]) == [10**8] * 3
    random = row(table, "r", "0.3")
    assert np.isnan(random["checkpoint_bytes"])
    assert random["reason"] == "random weights have no checkpoint"


def test_what_was_not_counted_has_its_reason(results):
    study = raw_rows.study(("m",), ["0.3"])
    raw_rows.build(study, results)
    (results / "parameters/m.csv").unlink()
    (results / "compute/m.csv").unlink()
    shutil.rmtree(results.parent / "resources")
    for path in results.glob("*/m/ctc0.3/*.csv"):
        pd.read_csv(path, dtype=str).drop(columns="peak_memory_bytes").to_csv(path, index=False)
    write(study, results, ["latency", "compute"])
    found = row(read(results, "compute"), "m", "0.3")
    assert found.drop(["synthetic_speech"]).isna().sum() == 9
    for why in ("parameters/m.csv", "compute/m.csv", "model.json", "no peak_memory_bytes"):
        assert why in found["reason"]
    assert row(read(results, "latency"), "m", "0.3")["latency_mean_s"] > 0


def again(rows):
    """The rows as another round measures them."""
    times = ("encode_s", "search_s", "decoder_s", "ctc_s", "latency_s")
    return [
        row | {name: 1.01 * row[name] for name in times if isinstance(row[name], float)}
        for row in rows
    ]


def bad(kind):
    """Rounds of raw rows of one kind, and what the table of latency says of them."""
    good = [{"utterance_id": f"u{i}"} | raw_rows.timed(1.0 + i, 2.0 + i) for i in range(4)]
    failed = [line | raw_rows.failed("killed") for line in good]
    silent = [line | {"tokens": 0} for line in good]
    holes = [line | {"latency_s": "nan"} for line in good[:2]] + good[2:]
    nothing_else = [line | {"duration_s": "", "decoder_s": "", "load": ""} for line in good]
    zeros = dict.fromkeys(("latency_s", "encode_s", "search_s", "decoder_s", "ctc_s"), 0.0)
    no_seconds = [line | zeros for line in good]
    impossible = "rounds 1, 2: 4 rows cannot be right: latency_s is not above 0"
    return {
        "one utterance": ([good[:1], again(good[:1])], ""),
        "one utterance, one round": ([good[:1]], ""),
        "one round": ([good], ""),
        "all failed": ([failed] * 2, "8 of 8 rows failed: killed (8)"),
        "one round failed": ([good, failed], "4 of 8 rows failed: killed (4)"),
        "no tokens": ([silent, again(silent)], ""),
        "holes": ([holes, again(holes)], "4 of 8 rows are ok and have no latency_s"),
        "nothing else": ([nothing_else, again(nothing_else)], ""),
        "no seconds": ([no_seconds] * 2, impossible),
    }[kind]


@pytest.mark.parametrize(
    "kind",
    [
        *("one utterance", "one utterance, one round", "one round", "all failed"),
        *("one round failed", "no tokens", "holes", "nothing else", "no seconds"),
    ],
)
def test_bad_rows_of_the_sample_make_rows_and_reasons(results, kind):
    rounds, reason = bad(kind)
    study = raw_rows.study(("m",), ["0.0", "0.3"], rounds=len(rounds))
    raw_rows.build(study, results)
    for number, rows in enumerate(rounds, start=1):
        raw_rows.write_csv(results / f"latency/m/ctc0.3/round{number}.csv", rows)
    write(study, results)
    found = row(read(results, "latency"), "m", "0.3")
    assert found["reason"] == reason
    if kind in ("all failed", "no seconds"):
        assert np.isnan(found["latency_mean_s"])
        assert ("killed" if kind == "all failed" else "not above 0") in read(
            results, "latency_pairs"
        )["reason"][0]
    else:
        assert found["latency_mean_s"] > 0 and found["percentiles_reason"]
    if kind == "no tokens":
        assert found["tokens_mean"] == 0
    if "one utterance" in kind or kind == "nothing else":
        assert np.isnan(found["startup_s"]) and found["line_reason"]
    if kind == "nothing else":
        assert np.isnan(found["real_time_factor"]) and np.isnan(found["decoder_mean_s"])
        assert found["encode_mean_s"] > 0 and found["unchecked_rows"] == 8


def test_files_without_a_row_have_a_reason(results):
    study = raw_rows.study(("m",), ["0.3"], rounds=1)
    raw_rows.build(study, results)
    for path in results.glob("*/m/ctc0.3/round1.csv"):
        path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    for path in results.glob("sweeps/*/m/ctc0.3/round1.csv"):
        path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    write(study, results, [*SAMPLED, *SWEPT])
    reason = row(read(results, "latency"), "m", "0.3")["reason"]
    assert reason == "no row in latency/m/ctc0.3; no row in footprint/m/ctc0.3"
    for name in SWEPT:
        table = read(results, name)
        assert len(table) and table["reason"].str.startswith("no row in sweeps/").all()


def test_a_missing_variant_has_rows_everywhere(results):
    study = raw_rows.study(("m",), ["0.0", "0.3"])
    raw_rows.build(study, results)
    for stage in ("footprint", "latency", "sweeps/frames", "sweeps/threads"):
        shutil.rmtree(results / stage / "m" / "ctc0.3")
    write(study, results)
    pair = read(results, "latency_pairs").iloc[0]
    assert pair["reason"].startswith("m ctc0.3: no file latency/m/ctc0.3/round1.csv")
    for name in (*SWEPT, "compute"):
        table = read(results, name)
        here = table[table["ctc_weight"] == "0.3"]
        assert len(here) and here["reason"].str.contains("no file").all()


def test_no_sweep_over_threads_and_one_variant_make_empty_tables(results):
    sweeps = {"threads": {"counts": []}}
    study = raw_rows.study(("m",), ["0.3"], sweeps=sweeps)
    write(study, results, ["latency_pairs", "threads"])
    assert read(results, "threads").empty and read(results, "latency_pairs").empty
    assert "# Latency against CPU threads" in text(results, "threads")


def test_sweeps_that_are_left_out_make_empty_tables(results):
    sweeps = {"frames": {"lengths": []}, "batch": {"sizes": []}}
    study = raw_rows.study(("m",), ["0.3"], sweeps=sweeps)
    write(study, results, ["frames", "latency_growth", "batch", "energy_frames"])
    for name in ("frames", "batch", "energy_frames"):
        assert read(results, name).empty


def test_texts_that_were_cut_at_the_longest_length_are_counted(results):
    ended = ["end", "length", "length", "empty"]
    rows = [
        {"utterance_id": f"u{i}"} | raw_rows.timed(1.0 + i, 3.0, ended=end)
        for i, end in enumerate(ended)
    ]
    write(one_variant(results, [rows]), results, ["latency"])
    found = row(read(results, "latency"), "m", "0.3")
    assert (found["ended_by_length_rows"], found["empty_rows"]) == (2, 1)
    assert "cut at the longest length" in text(results, "latency")


def test_rows_of_an_earlier_version_do_not_say_how_searches_ended(results):
    rows = [{"utterance_id": f"u{i}"} | raw_rows.timed(1.0 + i, 3.0) for i in range(4)]
    write(one_variant(results, [rows]), results, ["latency"])
    found = row(read(results, "latency"), "m", "0.3")
    assert found["latency_mean_s"] > 0 and np.isnan(found["ended_by_length_rows"])
    assert "cut at the longest length" not in text(results, "latency")


def tell_turns(results, turns):
    """Say beside the rows of each variant, by its name, what it was timed in turn with."""
    for name, others in turns.items():
        file = results / f"latency/{name.replace(' ', '/')}/round1.csv.checks.json"
        file.write_text(json.dumps({"in_turn_with": others}), encoding="utf-8")


def test_a_decoding_that_was_added_later_says_that_it_was_not_in_turn(results):
    study = raw_rows.study(("one",), rounds=1)
    raw_rows.build(study, results)
    # The first as an earlier version named others.
    turns = {"one ctc0.0": ["ctc1.0"], "one ctc1.0": ["one ctc0.0"], "one ctc0.3": []}
    tell_turns(results, turns)
    found = latency.TABLE.make(study, results).set_index("variant")["reason"]
    assert found["ctc0.3"] == "not timed in turn with ctc0.0, ctc1.0"
    assert found["ctc0.0"] == found["ctc1.0"] == ""
    pairs = latency_pairs.TABLE.make(study, results)
    apart = pairs[pairs["reason"].str.endswith("not timed in turn")]
    told = list(zip(apart["variant"], apart["other_variant"], strict=True))
    assert told == [("ctc0.0", "ctc0.3"), ("ctc0.3", "ctc1.0")]


def test_what_a_footprint_says_is_of_the_utterance_that_it_decoded(results):
    study = raw_rows.study(("m",), ["0.3"], rounds=1)
    raw_rows.build(study, results)
    # As of a build that was the only one in its process of latency, too.
    file = results / "latency/m/ctc0.3/round1.csv.checks.json"
    file.write_text(json.dumps({"first_latency_s": 99.0, "load_s": 7.0}), encoding="utf-8")
    told = results / "footprint/m/ctc0.3/round1.csv.checks.json"
    told.write_text(json.dumps({"load_s": 3.0}), encoding="utf-8")
    rows = results / "footprint/m/ctc0.3/round1.csv"
    found = latency.TABLE.make(study, results).iloc[0]
    first_s = read_rows(rows, [], ["latency_s"])["latency_s"].item()
    assert (found["first_latency_s"], found["load_s"]) == (first_s, 3.0)
    # What was given up has the memory of what was loaded, and no other.
    rows.write_text(rows.read_text(encoding="utf-8").replace(",ok,", ",failed,"), encoding="utf-8")
    found = latency.TABLE.make(study, results).iloc[0]
    assert pd.isna(found["peak_memory_bytes"]) and pd.isna(found["first_latency_s"])
    assert "1 of 1 rows failed" in found["reason"] and found["load_s"] == 3.0
    # An earlier version had none.
    shutil.rmtree(results / "footprint")
    found = latency.TABLE.make(study, results).iloc[0]
    assert (found["first_latency_s"], found["load_s"]) == (99.0, 7.0)


def test_what_was_measured_again_is_not_in_turn_with_what_still_names_it(results):
    study = raw_rows.study(("one",), rounds=1)
    raw_rows.build(study, results)
    names = ("ctc0.0", "ctc0.3", "ctc1.0")
    turns = {f"one {name}": [f"one {other}" for other in names if other != name] for name in names}
    tell_turns(results, turns | {"one ctc0.0": []})
    found = latency.TABLE.make(study, results).set_index("variant")["reason"]
    assert found["ctc0.0"] == "not timed in turn with ctc0.3, ctc1.0"
    assert found["ctc0.3"] == found["ctc1.0"] == ""
    # The first of a pair is the slower one, whichever was measured again.
    for again in names:
        tell_turns(results, turns | {f"one {again}": []})
        pairs = latency_pairs.TABLE.make(study, results)
        apart = pairs["reason"].str.endswith("not timed in turn")
        both = zip(pairs["variant"], pairs["other_variant"], strict=True)
        assert [again in pair for pair in both] == list(apart)


def test_a_build_that_was_not_in_turn_says_so_but_not_of_another_kind_of_engine(results):
    names = [f"m{number}" for number in range(6)]
    models = [{"name": name, "source": name} for name in (*names, "late", "untold")]
    models.append({"name": "other", "source": "other", "engine": "faster-whisper"})
    speech = {"name": "demo", "path": "speech"}
    study = config.parse({"name": "n", "speech": speech, "models": models, "ctc_weights": [0.3]})
    together = [f"{name} ctc0.3" for name in names]
    turns = {name: [other for other in together if other != name] for name in together}
    (other,) = study.variants("other")
    for variant in study.variants():
        (results / "latency" / variant.model / variant.slug).mkdir(parents=True)
    tell_turns(results, turns | {"late ctc0.3": [], " ".join(other.key): []})
    found = {variant.model: said for variant, said in timed_rows.apart(study, results).items()}
    assert found == {"late": "not timed in turn with m0, m1, m2, m3 and 2 more"}
