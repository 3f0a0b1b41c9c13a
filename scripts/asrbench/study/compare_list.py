"""The key ``compare`` of the configuration: results folders and archives to set side by side."""

from typing import Annotated

from pydantic import BeforeValidator


def entries(value: object) -> list[str]:
    """A list, or text with commas as ``--config compare=a,b`` gives it."""
    if value is None:
        return []
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list) or any(isinstance(v, (dict, list)) for v in value):
        raise ValueError("must be a list of results folders or archives, or text with commas")
    # A folder called after a year is read as a number by YAML.
    return [text for text in (str(v).strip() for v in value) if text]


Entries = Annotated[list[str], BeforeValidator(entries)]
