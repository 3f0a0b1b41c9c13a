"""Which parts of a model a CTC weight uses; None is that of an engine that has none."""


def parameters_row(ctc_weight: str | None) -> str:
    """Which row of the table of parameters holds what this CTC weight uses."""
    if ctc_weight is None:
        return "whole"
    if not uses_ctc(ctc_weight):
        return "used:attention"
    return "used:hybrid" if uses_decoder(ctc_weight) else "used:ctc"


def is_hybrid(ctc_weight: str | None) -> bool:
    """Whether both score."""
    return ctc_weight is not None and uses_ctc(ctc_weight) and uses_decoder(ctc_weight)


def uses_decoder(ctc_weight: str) -> bool:
    """Whether the attention decoder scores; at a CTC weight of 1 it does not."""
    return float(ctc_weight) < 1


def uses_ctc(ctc_weight: str) -> bool:
    """Whether the CTC head scores; at a CTC weight of 0 it does not."""
    return float(ctc_weight) > 0
