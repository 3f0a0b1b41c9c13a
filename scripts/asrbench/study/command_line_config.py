"""Blocks and lists that are given on Snakemake's command line: --config latency='{rounds: 1}'."""

from collections.abc import Mapping

import yaml


def typed(given: Mapping) -> dict:
    """What Snakemake gives as text throughout, with the types that a file would have.

    Args:
        given: all that was given, by key. A value that is neither block nor list is typed already.
    """
    return {key: value if isinstance(value, str) else _typed(value) for key, value in given.items()}


def _typed(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _typed(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_typed(part) for part in value]
    if not isinstance(value, str):
        return value
    try:
        return yaml.safe_load(value)
    except yaml.YAMLError:  # it was in quotes
        return value
