"""How long a study will take on this device, from a pilot of each build."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from asrbench.engines.catalogue import COUNTS_COMPUTE, ENGINES
from asrbench.measure.pilot import Line
from asrbench.study import describe_job
from asrbench.study.config import Study


@dataclass
class Stage:
    """Seconds of all jobs of a rule, and how many they are."""

    seconds: float = 0.0
    jobs: int = 0

    def add(self, seconds: float, jobs: int) -> None:
        self.seconds += seconds
        self.jobs += jobs


@dataclass
class Decoding:
    """Seconds of decoding the corpus by one core: all of it, and what a GPU does of it."""

    seconds: float = 0.0
    gpu_s: float = 0.0

    def add(self, seconds: float, on_gpu: bool) -> None:
        self.seconds += seconds
        self.gpu_s += on_gpu * seconds

    def on(self, cores: int) -> float:
        """Seconds on that many cores; jobs of the GPU follow each other."""
        return max(self.seconds / cores, self.gpu_s)


def of(
    study: Study, pilots: dict[str, dict[str, Any]], sample_s: np.ndarray, corpus_s: np.ndarray
) -> dict[str, Any]:
    """The mean seconds of a job of each rule, and those of decoding the corpus.

    Args:
        pilots: of each build, what measure_pilot.py wrote.
        sample_s, corpus_s: durations of the utterances that are timed and decoded,
            shape (utterances,).

    Returns:
        ``rules``: rule to seconds; ``wer`` and ``wer_fast``: a :class:`Decoding` with the engines
        of the configuration, and with espnet-fast where it says espnet.
    """
    stages: dict[str, Stage] = {}
    wer, wer_fast = Decoding(), Decoding()
    typical_s = np.full(study.sweeps.threads.repeats, sample_s.mean())
    for build in study.builds():
        found = pilots[build.name]
        lines = {slug: Line(**line) for slug, line in found["decodings"].items()}
        fast = {slug: Line(**line) for slug, line in found["fast"].items()}
        frames_s = np.array(study.sweeps.frames.lengths, float) / found["frames_per_s"]
        load_s, variants = found["load_s"], len(lines)
        untimed = int(build.on_gpu)  # each input once, before it is timed

        def timed(durations_s: np.ndarray, times: int, lines=lines) -> float:
            return times * sum(line.seconds(durations_s) for line in lines.values())

        def add(rule: str, seconds: float, jobs: int) -> None:
            if jobs:
                stages.setdefault(rule, Stage()).add(seconds, jobs)

        add("measure_footprint", load_s + timed(np.array([sample_s.max()]), 1), variants)
        rounds = study.latency.rounds
        a_round = load_s + timed(sample_s, study.latency.passes + untimed)
        add("measure_latency", rounds * a_round, rounds * variants)
        sweep = study.sweeps.frames
        rounds = sweep.rounds if sweep.lengths else 0
        a_round = load_s + timed(frames_s, sweep.repeats * (1 + untimed))
        add("measure_frames", rounds * a_round, rounds * variants)
        swept = study.sweeps.threads
        rounds = swept.rounds if swept.counts else 0
        a_round = load_s + timed(typical_s, len(swept.counts))
        add("measure_threads", rounds * a_round, rounds * variants)
        batch, encode = study.sweeps.batch, next(iter(lines.values())).encode_s_per_audio_s
        rounds = batch.rounds if batch.sizes else 0
        audio_s = batch.repeats * (1 + untimed) * sum(batch.sizes) * float(sample_s.mean())
        add("measure_batch", rounds * (load_s + encode * audio_s), rounds)
        window_s = load_s + study.energy.window_s + 2 * study.energy.idle_s
        add(
            "measure_energy",
            study.energy.rounds * (variants * window_s + timed(sample_s, untimed)),
            study.energy.rounds * variants,
        )
        counts_compute = COUNTS_COMPUTE in ENGINES[str(build["engine"])].can
        add("count_model" if counts_compute else "count_parameters", load_s, 1)
        if study.model(build.name).weights != "random":
            shards = study.wer.shards * variants
            other = describe_job.engine_of_words(study, build) != build["engine"]
            decoded = _decoded(study, lines | fast if other else lines, corpus_s)
            add("decode_shard", decoded + shards * load_s, shards)
            wer.add(decoded, build.on_gpu)
            wer_fast.add(_decoded(study, lines | fast, corpus_s), build.on_gpu)
    rules = {rule: stage.seconds / stage.jobs for rule, stage in stages.items()}
    return {"rules": rules, "wer": wer, "wer_fast": wer_fast}


def _decoded(study: Study, lines: dict[str, Line], corpus_s: np.ndarray) -> float:
    """Seconds for the corpus; the encoder runs once where its outputs are shared."""
    seconds = sum(line.seconds(corpus_s) for line in lines.values())
    if study.wer.share_encoder:
        seconds -= sum(
            line.encode_s_per_audio_s * float(corpus_s.sum()) for line in [*lines.values()][1:]
        )
    return max(0.0, seconds)
