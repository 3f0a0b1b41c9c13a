"""Sample every power meter while one variant decodes the sample back to back, once.

Some meters want root; list_meters.py says which, and how to do without. Where
no meter measures, nothing is run, and the files say so with the reason.
"""

import argparse
from pathlib import Path
from types import SimpleNamespace

from asrbench.basics import errors
from asrbench.basics.attempts import SUFFIX, Attempts, GivenUp
from asrbench.basics.json_file import read_json, write_json
from asrbench.basics.progress import Progress
from asrbench.device import checks, guarded_measurement, lock, made_by, rights
from asrbench.measure import energy, latency, opened_variant, streaming
from asrbench.meters import catalogue
from asrbench.study.job import CALLED_BY, Job, namespace


def main() -> None:
    parser = opened_variant.round_parser(__doc__, "folder of samples.csv and window.json")
    parser.add_argument(
        "--study", default="results/study.json", help="says how a meter is called [%(default)s]"
    )
    parser.add_argument(
        "--listening",
        choices=("speech", "silence"),
        help="give it pieces of that at the pace of speech [whole utterances back to back]",
    )
    parser.add_argument("--root", default="/", help="where the kernel's files are [%(default)s]")
    arguments = parser.parse_args()

    measured = opened_variant.from_arguments(arguments)
    root, out = Path(arguments.root), Path(arguments.out)
    settings = _settings(measured.job, arguments)
    # A battery's own meter measures only while it is discharged.
    strict, excused = bool(arguments.strict), (checks.MAINS,)
    attempts = Attempts(out / f"window.json{SUFFIX}", measured.job.timeout_s)
    with lock.measuring(), rights.of_root():
        found = catalogue.probed(catalogue.chosen(settings, root))
    for probed in found:
        probed.meter.close()
    findings: dict[str, object] = {}
    if any(probed.channels for probed in found):
        with guarded_measurement.measuring(None, strict, excused, measured.job.on_gpu) as findings:
            try:
                with attempts.marked("the window"):
                    capture = _capture(measured, settings, arguments, root, attempts)
            except GivenUp as error:
                capture = energy.Capture("void", str(error))
    else:
        capture = energy.without_meter(found)
        print(f"energy {measured}: no watts: {capture.reason}")
        for probed in found:
            if probed.error.there and probed.error.advice:
                print(f"{probed.meter.name}: {probed.error.advice}")
    findings_of = made_by.findings_of(out / "window.json")
    write_json(findings | {"made_by": measured.made_by()}, findings_of)
    if capture.status == "void":
        print(f"energy {measured}: {capture.status}: {capture.reason}")
    energy.write_window(capture, out)


def _capture(
    measured: opened_variant.OpenedVariant,
    settings: SimpleNamespace,
    arguments: argparse.Namespace,
    root: Path,
    attempts: Attempts,
) -> energy.Capture:
    load = _load(measured, arguments, attempts)
    seconds = round(settings.window_s + 2 * settings.idle_s)
    with Progress(f"energy {measured}", seconds, "seconds") as progress:

        def passed(passed_s: float) -> None:
            progress.at(min(seconds, round(passed_s)))

        return energy.with_meters(load, settings, root, Path(arguments.out), passed)


def _settings(job: Job, arguments: argparse.Namespace) -> SimpleNamespace:
    """How power is measured; how a meter is called may hold a password, so no job shows it."""
    block = dict(job.energy or {})
    for name in CALLED_BY:
        if block.get(name) is not None:
            block[name] = read_json(Path(arguments.study))["energy"][name]
    return namespace(block)


def _load(
    measured: opened_variant.OpenedVariant, arguments: argparse.Namespace, attempts: Attempts
) -> energy.Load:
    """The model, and the sample's waveforms in this round's order."""
    from asrbench.sources import corpus  # where nothing measures, nothing is read

    paths = [utterance.path for utterance in corpus.read(arguments.sample)]
    takes = [latency.Take({"path": path}, lambda path=path: measured.load(path)) for path in paths]
    order = latency.shuffled(takes, measured.job.seed, arguments.round)
    waveforms = [take.load() for take in order]
    recogniser, job = measured.recogniser(), measured.job
    if arguments.listening:
        recogniser = streaming.AtThePaceOfSpeech(recogniser, job.pieces_s[0], job.redecode_s)
    if arguments.listening == "silence":
        waveforms = [streaming.silence(len(waveform)) for waveform in waveforms]
    each_first = recogniser.processor.each_untimed_first and not arguments.listening
    warm_up = max(job.warm_up, len(waveforms) if each_first else 0)
    return energy.Load(recogniser, waveforms, warm_up, attempts)


if __name__ == "__main__":
    errors.run(main)
