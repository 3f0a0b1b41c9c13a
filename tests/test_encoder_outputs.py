"""What a model's CTC weights share of its encoder: never needed, never half, never another's."""

from dataclasses import replace

import numpy as np
from asrbench.measure import encoder_cache
from asrbench.measure.encoder_cache import EncoderOutputs
from asrbench.study.job import Job
from small_models import random_model


class Encoder:
    """Gives another output each time it runs, and counts."""

    def __init__(self):
        self.runs = 0

    def __call__(self) -> np.ndarray:
        self.runs += 1
        return np.full((3, 2), self.runs / 3, np.float32)


def test_an_encoder_runs_once_for_a_file_as_it_is(tmp_path):
    audio, encode = tmp_path / "a.wav", Encoder()
    audio.write_bytes(b"1")
    outputs = EncoderOutputs(tmp_path / "outputs")
    first = outputs.get(str(audio), encode)
    again = EncoderOutputs(tmp_path / "outputs").get(str(audio), encode)
    assert encode.runs == 1 and again.dtype == first.dtype and (again == first).all()
    audio.write_bytes(b"22")
    assert (outputs.get(str(audio), encode) != first).all()


def test_a_half_written_output_is_made_again(tmp_path):
    audio, encode = tmp_path / "a.wav", Encoder()
    audio.write_bytes(b"1")
    outputs = EncoderOutputs(tmp_path / "outputs")
    outputs.get(str(audio), encode)
    (kept,) = outputs.folder.iterdir()
    kept.write_bytes(kept.read_bytes()[:-5])
    outputs.get(str(audio), encode)
    outputs.get(str(audio), encode)
    assert encode.runs == 2 and list(outputs.folder.iterdir()) == [kept]


def test_without_room_for_outputs_each_weight_encodes(tmp_path):
    audio, encode = tmp_path / "a.wav", Encoder()
    audio.write_bytes(b"1")
    (tmp_path / "outputs").write_text("a file where the folder should be")
    outputs = EncoderOutputs(tmp_path / "outputs")
    outputs.get(str(audio), encode)
    assert outputs.get(str(audio), encode).shape == (3, 2) and encode.runs == 2


def test_outputs_are_shared_by_one_model_s_weights_alone(tmp_path):
    manifests = [random_model(tmp_path / name) for name in "ab"]
    manifests[1].config.write_text(manifests[1].config.read_text() + "\n# another\n")
    job = Job("small", variant="ctc0.0", sample_rate_hz=16000, channels="mix")
    other_weight = replace(job, variant="ctc0.3")
    found = [
        encoder_cache.of_model(tmp_path, *of).folder
        for of in [(job, manifests[0]), (other_weight, manifests[0]), (job, manifests[1])]
    ]
    assert found[0] == found[1] != found[2]
    other_speech = replace(job, channels="refuse")
    assert encoder_cache.of_model(tmp_path, other_speech, manifests[0]).folder != found[0]


def test_outputs_are_kept_until_every_variant_is_decoded(tmp_path):
    audio, folder = tmp_path / "a.wav", tmp_path / "outputs"
    audio.write_bytes(b"1")
    EncoderOutputs(folder / "small").get(str(audio), Encoder())
    hypotheses = [tmp_path / f"{number}.jsonl" for number in range(2)]
    hypotheses[0].touch()
    encoder_cache.remove_when_done(folder, hypotheses)
    assert len(list(folder.rglob("*.npy"))) == 1
    hypotheses[1].touch()
    encoder_cache.remove_when_done(folder, hypotheses)
    assert not folder.exists()
