"""The unit of a column, from the end of its name."""

# The longer ending first, where one ends in another.
_UNITS = {
    "_multiply_adds_per_audio_s": "multiply-adds per second of audio",
    "_utterances_per_s": "utterances per second",
    "_audio_s_per_s": "seconds of audio per second",
    "_s_per_audio_s": "seconds per second of audio",
    "tokens_per_second": "tokens per second of audio",
    "_percent": "%",
    "_bytes": "bytes",
    "_frames": "frames",
    "_cores": "cores",
    "_mwh": "mWh",
    "_hz": "Hz",
    "_j": "J",
    "_s": "s",
    "_w": "W",
}


def of(column: str) -> str:
    """'s' for ``latency_mean_s``; '' for a count, a ratio or words."""
    return "bytes" if column == "bytes" else _UNITS.get(ending(column), "")


def ending(column: str) -> str:
    """'_s' for ``latency_mean_s``; '' where no unit is named."""
    return next((each for each in _UNITS if column.endswith(each)), "")
