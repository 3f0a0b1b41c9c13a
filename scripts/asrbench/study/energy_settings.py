"""The configuration's block ``energy``: which meters, how long, how often."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from asrbench.study.config_block import Block, Positive
from asrbench.study.meter_names import MeterName

Seconds = Annotated[float, Field(gt=0, le=3600)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Scope = Annotated[str, Field(min_length=1, max_length=60)]


class _ByUser(Block):
    """What the user has to say of a meter that only the user knows."""

    scope: Scope = Field(
        "DC input",
        description="What its watts are those of, such as 'wall' or 'DC input'. Scopes are never "
        "compared with each other.",
    )
    period_s: Seconds = Field(1.0, description="Time between its readings, in seconds.")
    wrap_j: float | None = Field(
        None, gt=0, description="A counter begins again at 0 when it would pass this, in joules."
    )
    estimated: bool = Field(
        False, description="Its values come from a model, so they go into columns of estimates."
    )


class External(_ByUser):
    """A meter that another program logs into a CSV while the workflow runs."""

    path: str = Field(
        min_length=1,
        description="The CSV: a column t_utc (ISO 8601, UTC unless it names a zone, or Unix "
        "seconds), and power_w or energy_j; or those of the keys below. Relative to the folder "
        "the workflow runs in.",
    )
    time_column: Name = Field("t_utc", description="The column of times.")
    value_column: Name | None = Field(
        None, description="The column of values, in the unit; null: power_w or energy_j."
    )
    unit: Literal["W", "mW", "kW", "J", "mJ", "kJ", "mWh", "Wh", "kWh"] = Field(
        "W", description="Of value_column: of power, or of energy that is counted up."
    )
    time_unit: Literal["s", "ms", "us"] = Field(
        "s", description="Of times that are Unix time as a number."
    )
    separator: Literal[",", ";", "\t", "|"] = Field(",", description="Between two cells.")
    decimal: Literal[".", ","] = Field(".", description="The decimal sign of numbers.")
    wait_s: float = Field(
        10.0, ge=0, le=3600, description="How long rows may come late, in seconds."
    )


class Command(_ByUser):
    """A program that prints one number and ends, run once a reading and without a shell."""

    argv: list[Annotated[str, Field(min_length=1)]] = Field(
        min_length=1, description="The program and its arguments."
    )
    kind: Literal["gauge", "counter"] = Field(
        "gauge", description="gauge: the number is power; counter: energy since some beginning."
    )
    factor: float = Field(
        1.0,
        gt=0,
        description="What the number is multiplied by to give watts or joules (0.001 for mW).",
    )
    timeout_s: Seconds = Field(5.0, description="It is given up after this time, in seconds.")


class Energy(Block):
    """Power sampled while inference runs back to back."""

    window_s: float = Field(
        60.0, ge=1, le=86400, description="How long inference runs, in seconds, at the least."
    )
    samples: Positive = Field(
        60,
        le=100_000,
        description="Readings of the slowest meter that the window has room for; it is made "
        "longer than window_s where they need more time.",
    )
    rounds: Positive = Field(1, le=1000, description="Fresh processes that repeat the window.")
    idle_s: float = Field(
        10.0,
        ge=0,
        le=3600,
        description="How long the idle device is measured, before and again after, in seconds.",
    )
    sample_period_s: float = Field(
        0.1,
        ge=0.01,
        le=60,
        description="Time between readings of meters that are always ready, in seconds.",
    )
    meters: Literal["auto"] | list[MeterName] = Field(
        "auto",
        description="auto: every meter that the device has; or a list of those to use; "
        "[] for none.",
    )
    external: External | None = Field(None, description="A meter that is logged into a CSV.")
    command: Command | None = Field(None, description="A meter that a program reads.")

    @model_validator(mode="after")
    def _named_meters_are_there(self):
        for name in ("external", "command"):
            named = self.meters != "auto" and name in self.meters
            if named and getattr(self, name) is None:
                raise ValueError(f"meters names {name}, and there is no block energy.{name}")
        return self
