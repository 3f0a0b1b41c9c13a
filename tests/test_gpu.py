"""A build on a GPU, with stand-ins for it: where its tensors are, who waits, what is counted."""

from types import SimpleNamespace

import numpy as np
import pretended_gpu
import pytest
import test_multilingual
import test_streaming_transducer
import torch
from asrbench.basics.errors import UserError
from asrbench.basics.resumable_csv import RowFile
from asrbench.engines import catalogue, interface, processor
from asrbench.engines.interface import Transcript
from asrbench.engines.part_timers import PartClocks
from asrbench.engines.processor import CPU, Processor, TorchGpu
from asrbench.measure import batch, latency, streaming
from asrbench.measure.latency import Take, Timed
from asrbench.measure.peak_memory import PeakMemory
from asrbench.study.job import Job
from small_models import LSTM, TRANSFORMER, random_model, recogniser
from test_language_model import with_lm
from test_other_searches import TRANSDUCER
from test_streaming import BLOCKS

SPEECH = np.random.default_rng(5).normal(0, 0.1, 16000).astype(np.float32)


@pytest.fixture
def gpu(monkeypatch):
    with pretended_gpu.in_place(monkeypatch) as calls:
        yield calls


@pytest.mark.parametrize(
    ("engine", "architecture", "weight", "precision"),
    [
        ("espnet", TRANSFORMER, 0.3, "float32"),
        ("espnet-fast", TRANSFORMER, 0.3, "float16"),
        ("espnet-fast", LSTM, 0.3, "float32"),
        pytest.param("espnet", LSTM, 0.3, "float32", marks=pytest.mark.slow),
        pytest.param("espnet", TRANSFORMER, 1.0, "float32", marks=pytest.mark.slow),
        pytest.param("espnet", TRANSFORMER, 0.0, "bfloat16", marks=pytest.mark.slow),
        pytest.param("espnet-fast", TRANSFORMER, 1.0, "bfloat16", marks=pytest.mark.slow),
    ],
)
def test_all_tensors_are_on_the_gpu_and_words_are_those_of_the_cpu(
    tmp_path, monkeypatch, engine, architecture, weight, precision
):
    manifest = random_model(tmp_path, architecture)
    asked = {"engine": engine, "precision": precision}
    wanted = recogniser(manifest, weight, 3, 5, **asked).transcribe(SPEECH)
    with pretended_gpu.in_place(monkeypatch) as calls:
        there = recogniser(manifest, weight, 3, 5, **asked, processor="cuda")
        assert {each.device for each in there.model.parameters()} == {pretended_gpu.GPU}
        found = there.transcribe(SPEECH)
        # From the encoder's output, as decodings of a build share it, too.
        again = there.transcribe_encoded(there.encode(SPEECH))
        assert there.facts() | {"gpu": pretended_gpu.NAME, "cuda": "13.0"} == there.facts()
        assert calls["synchronize"] > 4
    assert (found.text, found.tokens) == (wanted.text, wanted.tokens) == (again.text, again.tokens)
    assert found.score == pytest.approx(wanted.score, rel=1e-5)


def greedy(folder, **asked):
    return recogniser(random_model(folder), 1.0, 2, search="greedy", **asked)


def transducer(folder, **asked):
    model = random_model(folder, **TRANSDUCER)
    return recogniser(model, 0.0, 1, engine="espnet-transducer", **asked)


def with_language_model(folder, **asked):
    return recogniser(with_lm(folder), 0.3, 2, 5, engine="espnet-fast", lm_weight="0.6", **asked)


def of_blocks(folder, **asked):
    blocks = {"encoder": "contextual_block_conformer", "encoder_conf": BLOCKS, "normalize": None}
    axes = {"engine": "espnet-streaming", "precision": "float32", **asked}
    job = Job("m", axes=axes | {"ctc_weight": "0.3", "beam_size": 2})
    return catalogue.recogniser(axes["engine"]).opened(random_model(folder, **blocks), job, 1)


def multilingual(folder, architecture, engine, **asked):
    lengths = {"minlenratio": "0.2", "maxlenratio": "0.5", "ctc_weight": "0.3", "beam_size": 2}
    axes = {"engine": engine, "precision": "float32"} | lengths | asked
    job = Job("m", variant="v", axes=axes, sample_rate_hz=16000, threads=1, language="en")
    return catalogue.recogniser(engine).opened(random_model(folder, architecture), job, 1)


def padded(folder, **asked):
    return multilingual(folder, test_multilingual.HYBRID, "espnet-s2t", **asked)


def by_ctc_alone(folder, **asked):
    return multilingual(folder, test_multilingual.CTC_ALONE, "espnet-s2t-ctc", **asked)


def streaming_transducer(folder, **asked):
    axes = {"engine": "espnet-streaming-transducer", "precision": "float32", "beam_size": 2}
    job = Job("m", variant="v", axes=axes | asked, sample_rate_hz=16000, threads=1)
    manifest = random_model(folder, test_streaming_transducer.ARCHITECTURE)
    return catalogue.recogniser(axes["engine"]).opened(manifest, job, 1)


OTHERS = [greedy, transducer, with_language_model, of_blocks]
OTHERS += [padded, by_ctc_alone, streaming_transducer]


@pytest.mark.parametrize("made", OTHERS)
def test_so_do_the_other_searches(tmp_path, monkeypatch, made):
    wanted = made(tmp_path).transcribe(SPEECH)
    with pretended_gpu.in_place(monkeypatch):
        found = made(tmp_path, processor="cuda").transcribe(SPEECH)
    assert (found.text, found.tokens) == (wanted.text, wanted.tokens)
    if wanted.score is None:  # the best token of each frame has none
        assert found.score is None
    else:
        assert found.score == pytest.approx(wanted.score, rel=1e-5)


def test_what_is_left_on_the_cpu_is_refused_as_by_a_real_one(gpu):
    with pytest.raises(RuntimeError, match="same device"):
        torch.ones(2, device="cuda:0") + torch.ones(2)
    with pytest.raises(RuntimeError, match="numpy"):
        torch.ones(2, device="cuda:0").numpy()


class Queue:
    """A clock on which the work that a GPU was given passes when somebody waits for it."""

    def __init__(self, monkeypatch):
        self.now_s = self.given_s = 0.0
        monkeypatch.setattr(processor.time, "perf_counter", lambda: self.now_s)
        monkeypatch.setattr(torch.cuda, "synchronize", self.wait)

    def give(self, seconds):
        self.given_s += seconds

    def wait(self):
        self.now_s, self.given_s = self.now_s + self.given_s, 0.0


class Queued(interface.Recogniser):
    """Gives a GPU 5 s of work for each waveform or piece; one whose first sample is 9 fails."""

    streams = True

    def __init__(self, on: Processor, queue: Queue):
        self.processor, self.queue, self.asked = on, queue, []

    def decode(self, waveform):
        self.asked.append(waveform[0])
        if waveform[0] == 9:
            raise torch.OutOfMemoryError(
                "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of "
                "3.95 GiB of which 1.1 GiB is free. Including non-PyTorch memory, this process has"
            )
        self.queue.give(5.0)
        return Transcript("A", 1, 0.0)

    def listen(self):
        return SimpleNamespace(feed=lambda piece: self.decode(piece).text, finish=self._finish)

    def _finish(self):
        self.queue.give(2.0)
        return Transcript("A")

    def use_threads(self, count):
        pass

    def facts(self):
        return {}


@pytest.fixture
def queue(gpu, monkeypatch):
    return Queue(monkeypatch)


def test_latency_is_that_of_the_work_and_not_of_the_call(queue):
    recogniser = Queued(TorchGpu(), queue)
    queue.give(100.0)  # of what was before
    assert recogniser.transcribe(SPEECH).latency_s == 5.0


def test_parts_of_a_decoding_wait_at_both_ends(queue):
    part, clocks = SimpleNamespace(score=lambda: queue.give(2.0)), PartClocks(TorchGpu())
    clocks.watch(part, ["score"], "decoder")
    clocks.start()
    queue.give(3.0)
    part.score()
    assert clocks.spent_s("decoder") == 2.0


def test_a_forward_pass_waits_for_encoder_and_head(queue):
    def encode(speech, lengths):
        assert (speech.device, lengths.device) == (pretended_gpu.GPU,) * 2
        queue.give(2.0)
        return speech, lengths

    model = SimpleNamespace(
        encode=encode, ctc=SimpleNamespace(log_softmax=lambda _: queue.give(1.0))
    )
    found = batch.time_forward(model, *batch.pad([SPEECH]), TorchGpu())
    assert found == {"encode_s": 2.0, "ctc_s": 1.0, "forward_s": 3.0}


def test_pieces_of_speech_wait_each(queue):
    recogniser = Queued(TorchGpu(), queue)
    heard = streaming.hear(recogniser.listen(), SPEECH, 16000, 0.5, processor=TorchGpu())
    assert (heard.compute_s, heard.end_compute_s) == ([5.0, 5.0], 2.0)


def test_on_the_cpu_nobody_waits_and_nothing_is_asked(gpu, tmp_path):
    queue = SimpleNamespace(give=lambda _: None)
    recogniser = Queued(CPU, queue)
    rows = RowFile(tmp_path / "rows.csv", ["utterance_id", *latency.TIMED_COLUMNS], {})
    takes = [Take({"utterance_id": "u0"}, lambda: SPEECH)]
    memory = PeakMemory(CPU)
    latency.time_in_turn([Timed(recogniser, rows)], takes, lambda _: None, memory)
    assert not gpu.order and len(recogniser.asked) == 1
    assert memory.columns()["gpu_peak_memory_bytes"] == ""
    assert CPU.now_s is processor.time.perf_counter


def measured(folder, recogniser, first_samples):
    """Rows of two passes over waveforms that begin with these samples."""
    rows = RowFile(folder / "rows.csv", ["utterance_id", "pass", *latency.TIMED_COLUMNS], {})
    takes = [
        Take({"utterance_id": f"u{n}"}, lambda n=n: np.full(16000, n, np.float32))
        for n in first_samples
    ]
    order = latency.shuffled(takes, 1, 1, passes=2)
    memory = PeakMemory(recogniser.processor)
    latency.time_in_turn([Timed(recogniser, rows)], order, lambda _: None, memory)
    rows.finish()
    found = (folder / "rows.csv").read_text().splitlines()
    return [dict(zip(found[0].split(","), line.split(","), strict=False)) for line in found[1:]]


def test_each_input_is_decoded_once_before_its_first_timed_pass(queue, gpu, tmp_path):
    recogniser = Queued(TorchGpu(), queue)
    rows = measured(tmp_path, recogniser, [1, 2])
    first, second, *again = recogniser.asked[::2][:2] + recogniser.asked[4:]
    assert recogniser.asked[:4] == [first, first, second, second] and len(again) == 2
    assert {row["latency_s"] for row in rows} == {"5.0"}
    assert {row["gpu_peak_memory_bytes"] for row in rows} == {"123"}
    # Once when the model was loaded, and before each row.
    assert gpu["reset"] == 1 + len(rows)


def test_a_first_latency_is_that_of_the_first_decoding(queue, gpu, tmp_path):
    recogniser = Queued(TorchGpu(), queue)
    rows = RowFile(tmp_path / "rows.csv", ["utterance_id", *latency.TIMED_COLUMNS], {})
    takes = [Take({"utterance_id": "u0"}, lambda: SPEECH, cold=True)]
    memory = PeakMemory(recogniser.processor)
    latency.time_in_turn([Timed(recogniser, rows)], takes, lambda _: None, memory)
    assert len(recogniser.asked) == 1


def test_a_gpu_that_has_too_little_memory_is_a_failed_row_and_the_others_go_on(queue, tmp_path):
    rows = measured(tmp_path, Queued(TorchGpu(), queue), [1, 9])
    assert sorted(row["status"] for row in rows) == ["failed", "failed", "ok", "ok"]
    reason = {row["reason"] for row in rows if row["status"] == "failed"}
    assert reason == {
        "the GPU has too little memory for this (CUDA out of memory. Tried to allocate 2.00 GiB)"
    }


def test_settings_are_fixed_and_told_as_they_are(gpu, monkeypatch):
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", True)
    monkeypatch.setattr(torch.backends.cudnn, "benchmark", True)
    there = TorchGpu()
    assert there.facts()["tf32"] == there.facts()["cudnn_autotuning"] == "off"
    torch.backends.cudnn.allow_tf32 = True
    assert there.facts()["tf32"] == "on"


@pytest.mark.skipif(torch.cuda.is_available(), reason="torch can use a GPU")
def test_a_gpu_that_torch_cannot_use_is_one_line():
    with pytest.raises(UserError, match=r"processor cuda: torch .* cannot use a GPU \(.*driver"):
        TorchGpu()
