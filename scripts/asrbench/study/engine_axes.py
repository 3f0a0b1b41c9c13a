"""Which axes and precisions each engine has, and what its models have in common with others'."""

from collections.abc import Mapping
from dataclasses import replace

from asrbench.study.axes import (
    BEAM_SIZE,
    CPU,
    CTC_WEIGHT,
    ENGINE,
    GPU,
    LM_WEIGHT,
    LONGEST,
    PENALTY,
    PRECISION,
    PROCESSOR,
    SEARCH,
    SHORTEST,
    Axis,
    Value,
)

# Greedy unless it is told otherwise.
_BEAM_OF_1 = replace(BEAM_SIZE, default=1)


_BEAM_OF_5 = replace(BEAM_SIZE, default=5)


# The axes of decoding that each engine has. The first is its primary one, which stands in
# every path; any other stands there only where it is not the study's default.
AXES_OF: dict[str, tuple[Axis, ...]] = {
    "espnet": (CTC_WEIGHT, BEAM_SIZE, SEARCH, LONGEST, SHORTEST, PENALTY, LM_WEIGHT),
    "espnet-fast": (CTC_WEIGHT, BEAM_SIZE, LONGEST, SHORTEST, LM_WEIGHT),
    "espnet-transducer": (BEAM_SIZE,),
    "espnet-streaming": (CTC_WEIGHT, BEAM_SIZE),
    "espnet-streaming-transducer": (BEAM_SIZE,),
    "espnet-s2t": (CTC_WEIGHT, BEAM_SIZE, LONGEST, SHORTEST, PENALTY),
    "espnet-s2t-ctc": (),
    "faster-whisper": (_BEAM_OF_5,),
    "whisper.cpp": (_BEAM_OF_5,),
    "sherpa-onnx": (_BEAM_OF_1,),
    "moonshine": (),
    "pocketsphinx": (),
    "vosk": (),
}


# How a decoding is called in paths and tables where its engine has no axis.
ONLY = "default"


# Those whose models ESPnet trained: they read the same files, and weights may be random.
MULTILINGUAL = ("espnet-s2t", "espnet-s2t-ctc")  # of them, those that are told the language
ESPNET = (
    *("espnet", "espnet-fast", "espnet-transducer", "espnet-streaming"),
    *("espnet-streaming-transducer", *MULTILINGUAL),
)


# Those whose models (Whisper, OWSM) are given 30 s of audio however long an input is.
PADDED = ("faster-whisper", "whisper.cpp", "espnet-s2t")


# Of ESPnet's, those in whose search the length of the output can be set, as random weights need.
RANDOM = ("espnet", "espnet-fast", "espnet-s2t")


# The precisions that each engine has, the usual one first.
PRECISIONS_OF: dict[str, tuple[str, ...]] = {
    "espnet": ("float32", "bfloat16", "int8"),
    "espnet-fast": ("float32", "bfloat16", "int8"),
    "espnet-transducer": ("float32", "int8"),
    "espnet-streaming": ("float32", "int8"),
    "espnet-streaming-transducer": ("float32", "int8"),
    "espnet-s2t": ("float32", "int8"),
    "espnet-s2t-ctc": ("float32", "int8"),
    "faster-whisper": ("float32", "int8", "float16", "bfloat16"),
    "whisper.cpp": ("float16", "float32", "int8", "int5"),
    "sherpa-onnx": ("float32", "int8"),
    "moonshine": ("int8",),
    "pocketsphinx": ("float32",),
    "vosk": ("float32",),
}


# Those on a GPU; an engine that is not here computes on the CPU alone. int8 of ESPnet is quantised
# for products that only CPUs have, and so are sherpa-onnx's files.
PRECISIONS_ON_GPU: dict[str, tuple[str, ...]] = {
    "espnet": ("float32", "float16", "bfloat16"),
    "espnet-fast": ("float32", "float16", "bfloat16"),
    "espnet-transducer": ("float32",),
    "espnet-streaming": ("float32",),
    "espnet-streaming-transducer": ("float32",),
    "espnet-s2t": ("float32",),
    "espnet-s2t-ctc": ("float32",),
    "faster-whisper": ("float32", "float16", "bfloat16", "int8"),
    "sherpa-onnx": ("float32",),
}


def build_fault(values: Mapping[str, Value]) -> str:
    """Why an engine does not compute so; '' where it does.

    Args:
        values: of the axes of a build.
    """
    engine, precision = str(values[ENGINE.name]), str(values[PRECISION.name])
    on_gpu = values[PROCESSOR.name] == GPU
    if on_gpu and engine not in PRECISIONS_ON_GPU:
        have = ", ".join(PRECISIONS_ON_GPU)
        return f"{engine} computes on the CPU alone: set its processor to {CPU} ({have} have {GPU})"
    known = (PRECISIONS_ON_GPU if on_gpu else PRECISIONS_OF)[engine]
    if precision in known:
        return ""
    there = f" on {values[PROCESSOR.name]}" if engine in PRECISIONS_ON_GPU else ""
    return f"{engine} has no {precision}{there}; it has {', '.join(known)}"


def fault(values: Mapping[str, Value]) -> str:
    """Why these values cannot be together; '' where they can."""
    if values.get(SEARCH.name) == "greedy" and values.get(CTC_WEIGHT.name) != "1.0":
        return "search: greedy takes the best token of each frame by CTC; set its ctc_weight to 1"
    if values.get(SEARCH.name) == "greedy" and float(values.get(LM_WEIGHT.name, 0)) > 0:
        return "search: greedy asks no language model; set its lm_weight to 0"
    return ""
