"""Columns of the tables of a comparison: a row a variant and device."""

from asrbench.results import latency_pair
from asrbench.tables.error_rate import ERROR_RATE
from asrbench.tables.power_columns import BY, STATUSES
from asrbench.tables.table_schema import count, interval, number, over, schema, text
from asrbench.tables.variant_rows import AXIS_COLUMNS

_WHO = {
    "model": text(meaning="Name of the model in the configurations."),
    "variant": text(meaning="The decoding, as it stands in paths below results."),
    **AXIS_COLUMNS,
    "weights": text("trained", "random", "", meaning="Kind of weights; empty: no such variant."),
    "device": text(meaning="The run, by its folder or archive, or the published study."),
}
_AGAINST = {
    "against": text(meaning="The first run, with which it is compared; empty in its own rows."),
}
_REASON = {"reason": text(meaning="Why a figure is absent or not compared.")}

LATENCY = schema(
    **_WHO,
    **interval("latency_mean_s", "Mean wall time from a waveform in memory to text."),
    real_time_factor=number(meaning="Seconds of latency for a second of audio."),
    **_AGAINST,
    utterances_shared=count(meaning="Utterances that both runs have."),
    **interval("ratio", "Mean latency over that of the first run, on shared utterances."),
    interval_over=over("rounds and passes", "rounds", "passes"),
    verdict=text(
        *(latency_pair.SLOWER, latency_pair.FASTER, latency_pair.UNDECIDED, ""),
        meaning="What this run is against the first; empty where they are not compared.",
    ),
    **_REASON,
)

ENERGY = schema(
    **_WHO,
    power_status=text(
        *STATUSES, "published", meaning="Whether the watts are measured, estimated or absent."
    ),
    meter=BY["meter"],
    scope=BY["scope"],
    power_mean_w=number(meaning="Mean power while inference runs."),
    **interval("energy_per_utterance_study_j", "Mean watts × mean latency."),
    **_AGAINST,
    **interval("ratio", "Joules over those of the first run; of one scope alone."),
    **_REASON,
)

WER = schema(
    **_WHO,
    words=count(meaning="Words in the references."),
    **ERROR_RATE,
    **interval("wer_percent", "Word error rate."),
    **interval("cer_percent", "Character error rate; without spaces where it stands first."),
    **_AGAINST,
    **interval("difference_percent", "Rate minus that of the first run, in points.", low=None),
    identical_percent=number(
        meaning="Share of the utterances that both decoded whose hypotheses are the same."
    ),
    **_REASON,
)

DEVICES = schema(
    device=text(meaning="The run, by its folder or archive."),
    board=text(meaning="Board or computer, as it names itself."),
    cpu=text(meaning="Name of the processor."),
    architecture=text(meaning="Instruction set."),
    cores=count(meaning="Logical processor cores."),
    memory_bytes=count(meaning="Memory of the device."),
    gpus=text(meaning="Its GPUs, each with driver and limit of power; empty: none or not told."),
    torch_cuda=text(meaning="Version of CUDA that torch was built for; empty: for the CPU."),
    system=text(meaning="Operating system."),
    kernel=text(meaning="Release of its kernel."),
    governor=text(meaning="Rule that sets the processor's clock; empty: not told."),
    power_mode=text(meaning="Power mode of the board, where it has any; empty: none or not told."),
    python=text(meaning="Version of Python."),
    torch=text(meaning="Version of torch."),
    espnet=text(meaning="Version of ESPnet."),
    commit=text(meaning="Commit of this project; empty: not known."),
    described_utc=text(meaning="When the device was described, in UTC."),
    config_sha256=text(meaning="Hash of the configuration as it was used."),
    results_version=count(meaning="Layout of its files and columns."),
    speech=text(meaning="Name of the speech in the configuration."),
    threads=text(meaning="CPU threads as configured."),
    differs=text(meaning="In what its configuration differs from the first run's."),
)

SCHEMAS = {
    "compare/devices": DEVICES,
    "compare/latency": LATENCY,
    "compare/energy": ENERGY,
    "compare/wer": WER,
}
