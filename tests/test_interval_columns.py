"""A value and its interval: the names of three columns, and what they hold."""

import pandas as pd
import pytest
from asrbench.statistics.error_propagation import Figure
from asrbench.tables import data_dictionary, interval_columns, table_schema
from asrbench.tables.table_markdown import Column, spanned


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        ("latency_mean_s", "latency_low_s", "latency_high_s"),
        ("cpu_s_per_audio_s", "cpu_low_s_per_audio_s", "cpu_high_s_per_audio_s"),
        ("energy_per_audio_second_j", *(f"energy_per_audio_second_{b}_j" for b in ("low", "high"))),
        ("wer_percent", "wer_low_percent", "wer_high_percent"),
        ("speed_up", "speed_up_low", "speed_up_high"),
    ],
)
def test_bounds_stand_before_the_unit(value, low, high):
    assert interval_columns.names(value) == (value, low, high)
    assert list(table_schema.interval(value, "What it is.")) == [value, low, high]
    assert spanned("head", value) == Column("head", value, low, high)
    assert interval_columns.cells(value, Figure(2.0, 1.0, 3.0)) == {value: 2.0, low: 1.0, high: 3.0}


def test_every_lower_bound_stands_behind_its_value_and_before_the_upper_one():
    for name, schema in data_dictionary.schemas().items():
        columns = list(schema.columns)
        for place, column in enumerate(columns):
            if schema.columns[column].description.endswith("Lower bound of its 95 % interval."):
                value = columns[place - 1]
                assert interval_columns.names(value) == tuple(columns[place - 1 : place + 2]), name


def test_a_net_figure_may_be_below_0_measured_or_estimated():
    for before in ("", "estimated_"):
        columns = data_dictionary.schemas()["energy"].columns
        columns[f"{before}power_net_low_w"].validate(
            pd.DataFrame({f"{before}power_net_low_w": [-0.5]})
        )
