"""What every block of the configuration is: no unknown keys, no silent conversion."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Positive = Annotated[int, Field(ge=1)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Block(BaseModel):
    """A block of keys that cannot be changed once it is read."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def no_doubles(values: list) -> list:
    """The values, each of which is listed once; a validator for pydantic."""
    for value in values:
        if values.count(value) > 1:
            raise ValueError(f"{value} is listed more than once; name each once")
    return values
