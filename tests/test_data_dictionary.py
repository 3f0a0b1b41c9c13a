"""The data dictionary: each column of each table is in it, with a meaning."""

from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
import raw_rows
from asrbench.basics import json_file, units
from asrbench.basics.errors import UserError
from asrbench.tables import catalogue, data_dictionary, table_csv, table_schema
from test_tables import TABLES, write

ROOT = Path(__file__).resolve().parents[1]
COLUMNS = [
    (name, column, schema.columns[column])
    for name, schema in {
        **data_dictionary.schemas(),
    }.items()
    for column in schema.columns
]


@pytest.mark.parametrize(
    ("name", "column"), [pytest.param(n, c, id=f"{n}.{k}") for n, k, c in COLUMNS]
)
def test_every_column_has_a_meaning(name, column):
    meaning = column.description or ""
    assert len(meaning) > 10 and meaning.endswith("."), f"{name}: give {column.name} a meaning"
    assert "\n" not in meaning


def test_the_catalogue_has_every_module_that_is_a_table():
    folder = ROOT / "scripts/asrbench/tables"
    made = {file.stem for file in folder.glob("*.py") if "\nTABLE = Table(" in file.read_text()}
    assert made == set(catalogue.NAMES)


def test_the_dictionary_has_each_column_of_the_written_tables(tmp_path):
    study = raw_rows.study(("conformer", "lstm"), ["0.3"])
    results = tmp_path / "results"
    raw_rows.build(study, results)
    write(study, results)
    rows = data_dictionary.TABLE.make(study, results)
    for name in TABLES.values():
        csv = pd.read_csv(results / f"tables/{name}.csv", nrows=0)
        assert list(rows.loc[rows["table"] == name, "column"]) == list(csv.columns)


@pytest.mark.parametrize(
    ("column", "kind", "allowed"),
    [
        (table_schema.text(), "string", ""),
        (table_schema.text("a", "b", ""), "string", "a, b, (empty)"),
        (table_schema.number(), "number", "at least 0"),
        (table_schema.number(low=None), "number", ""),
        (table_schema.number(low=-0.001), "number", "at least -0.001"),
        (table_schema.number(high=1.0), "number", "0 to 1"),
        (table_schema.number(low=None, high=3.5), "number", "at most 3.5"),
        (table_schema.count(), "integer", "at least 0"),
        (table_schema.truth(), "boolean", ""),
    ],
)
def test_type_and_bounds_are_those_that_are_checked(column, kind, allowed):
    [field] = table_schema.described(pa.DataFrameSchema({"c": column}))["fields"]
    assert (field["name"], field["type"]) == ("c", kind)
    assert data_dictionary.allowed(field.get("constraints", {})) == allowed


@pytest.mark.parametrize(
    ("column", "unit"),
    [
        ("latency_mean_s", "s"),
        ("real_time_factor", ""),
        ("peak_memory_bytes", "bytes"),
        ("energy_per_utterance_study_low_j", "J"),
        ("energy_per_utterance_mwh", "mWh"),
        ("power_mean_w", "W"),
        ("wer_low_percent", "%"),
        ("slope_s_per_audio_s", "seconds per second of audio"),
        ("throughput_audio_s_per_s", "seconds of audio per second"),
        ("encoder_multiply_adds_per_audio_s", "multiply-adds per second of audio"),
        ("length_frames", "frames"),
        ("reasons", ""),
        ("words", ""),
    ],
)
def test_unit_from_the_end_of_the_name(column, unit):
    assert units.of(column) == unit


def test_numbers_in_seconds_joules_and_watts_have_a_unit():
    rows = data_dictionary.TABLE.make(raw_rows.study(), Path())
    ends = rows["column"].str.extract(r"_(s|j|w|percent|bytes|mwh|hz|cores|frames)$")[0]
    assert (rows.loc[ends.notna(), "unit"] != "").all()
    assert not rows.duplicated(["table", "column"]).any()


def test_a_table_says_beside_its_csv_what_its_columns_are(tmp_path):
    columns = table_schema.schema(
        model=table_schema.text(meaning="Name."),
        kind=table_schema.text("a", "", meaning="Kind."),
        share_percent=table_schema.number(high=100.0, meaning="Share."),
        words=table_schema.count(meaning="Words."),
        good=table_schema.truth(meaning="Good."),
    )
    rows = pd.DataFrame(
        {"model": ["1", "0.30"], "kind": ["", "a"], "share_percent": [np.nan, 5.0]}
        | {"words": pd.array([None, 3], "Int64"), "good": [True, False]}
    )
    table_csv.write(rows, table_schema.described(columns), tmp_path / "t.csv")
    assert json_file.read_json(tmp_path / "t.schema.json") == {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "fields": [
            {"name": "model", "type": "string", "description": "Name."},
            {"name": "kind", "type": "string", "description": "Kind."}
            | {"constraints": {"enum": ["a", ""]}},
            {"name": "share_percent", "type": "number", "description": "Share.", "unit": "%"}
            | {"constraints": {"minimum": 0.0, "maximum": 100.0}},
            {"name": "words", "type": "integer", "description": "Words."}
            | {"constraints": {"minimum": 0}},
            {"name": "good", "type": "boolean", "description": "Good."},
        ],
        "missingValues": [""],
    }
    again = table_csv.read(tmp_path, "t")
    assert list(again["model"]) == ["1", "0.30"] and list(again["kind"]) == ["", "a"]
    assert list(again["good"]) == [True, False] and again["words"].iloc[1] == 3


@pytest.mark.parametrize("content", ["{}", '{"fields": [1]}', '{"fields": [{"name": "a"}]}', "["])
def test_a_description_that_is_none_is_one_line(tmp_path, content):
    (tmp_path / "latency.csv").write_text("model\nm\n")
    (tmp_path / "latency.schema.json").write_text(content)
    with pytest.raises(UserError, match=r"latency\.schema\.json: is no"):
        table_csv.read(tmp_path, "latency")
