"""Front ends of ESPnet's models: frames as the class makes them, and words by both searches."""

from pathlib import Path

import numpy as np
import pytest
import torch
from asrbench.basics.errors import UserError
from asrbench.engines.espnet import parameters
from asrbench.sources import permitted_parts
from small_models import COMMON, TRANSFORMER, random_model, recogniser

SPEECH = np.random.default_rng(7).normal(0, 0.1, 16000).astype(np.float32)
SINC = {"preencoder": "sinc", "preencoder_conf": {"fs": 16000}}
LINEAR = {"encoder_conf": TRANSFORMER["encoder_conf"] | {"input_layer": "linear"}}
CONVOLUTIONS = {"norm_mode": "layer_norm", "conv_mode": "standard", "bias": False}
CONVOLUTIONS |= {"shapes": [[16, 10, 5], [16, 3, 2], [16, 3, 2], [24, 2, 2]]}


def fused(*hops: int) -> dict:
    parts = [{"frontend_type": "default", "n_mels": 20, "hop_length": hop} for hop in hops]
    return {"frontend": "fused", "frontend_conf": {"frontends": parts, "proj_dim": 24}}


# What stands in the configuration, and the samples of a frame.
FRONT_ENDS = {
    "default of 8 kHz": ({"frontend_conf": {"fs": "8k", "n_fft": 256, "hop_length": 80}}, 80),
    "default, not centred": (
        {"frontend_conf": {"n_fft": 400, "win_length": 320, "hop_length": 160, "center": False}},
        160,
    ),
    "sliding window and sinc": (
        {"frontend": "sliding_window", "frontend_conf": {"win_length": 400, "hop_length": 160}}
        | {**SINC, **LINEAR, "normalize": None},
        160,
    ),
    "convolutions": (
        {"frontend": "wav2vec_cnn", "frontend_conf": CONVOLUTIONS, **LINEAR},
        5 * 2 * 2 * 2,
    ),
    "fused": (fused(128, 256), 128),
    "fused of hops that do not divide": (fused(160, 256), 32),
}


@pytest.fixture(params=FRONT_ENDS)
def manifest(request, tmp_path):
    return random_model(tmp_path, **FRONT_ENDS[request.param][0])


def made(model, samples: int) -> int:
    """Frames that the class makes of a waveform of that length."""
    with torch.no_grad():
        speech = torch.from_numpy(np.tile(SPEECH, 2)[:samples])[None]
        features, lengths = model.frontend(speech, torch.tensor([samples]))
    assert features.shape[1] == int(lengths[0])
    return int(lengths[0])


def test_frames_are_those_that_the_class_makes(manifest):
    opened = recogniser(manifest, 0.3, 2)
    for samples in (2000, 7999, 8000, 8001, 12345, 16000, *range(9000, 9600, 37)):
        assert opened.frames(samples) == made(opened.model, samples), samples


def test_a_waveform_is_as_long_as_its_frames_need(manifest):
    opened = recogniser(manifest, 0.3, 2)
    for frames in (40, 41, 100, 111):
        samples = opened.samples_for(frames)
        assert made(opened.model, samples) >= frames > made(opened.model, samples - 1)


@pytest.mark.parametrize("case", FRONT_ENDS)
def test_both_searches_decode_them(tmp_path, case):
    changes, hop_length = FRONT_ENDS[case]
    manifest = random_model(tmp_path, **changes)
    both = [recogniser(manifest, 0.3, 2, 9.0, engine=e) for e in ("espnet", "espnet-fast")]
    found = [each.transcribe(SPEECH) for each in both]
    assert found[0].text == found[1].text and found[0].tokens > 0
    assert found[0].score == pytest.approx(found[1].score, rel=1e-3)
    assert both[0].hop_length == hop_length
    assert both[0].sample_rate_hz == (8000 if "8 kHz" in case else 16000)


def test_one_that_learns_is_a_part_of_its_own(tmp_path):
    changes, _ = FRONT_ENDS["convolutions"]
    model = recogniser(random_model(tmp_path, **changes), 0.3, 2).model
    rows = {row.module: row.parameters for row in parameters.count(model)}
    assert rows["frontend"] == sum(tensor.numel() for tensor in model.frontend.parameters()) > 0
    assert rows["whole"] == sum(rows[part] for part in ("frontend", "encoder", "decoder", "ctc"))


@pytest.mark.parametrize(
    "changes",
    [
        {"frontend": "sliding_window", "frontend_conf": {"channels": 2}, **SINC, **LINEAR},
        {"frontend_conf": {"apply_stft": False}},
    ],
)
def test_one_that_takes_no_waveform_of_one_channel_is_one_line(tmp_path, changes):
    manifest = random_model(tmp_path, **changes)
    with pytest.raises(UserError, match="takes no waveform of one channel") as caught:
        recogniser(manifest, 0.3, 2)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "name, package",
    [("whisper", "openai-whisper"), ("huggingface", "transformers")],
)
def test_one_that_is_a_network_of_a_package_is_refused_by_its_name(name, package):
    with pytest.raises(UserError, match=f"frontend is '{name}'; .*the package {package}: use"):
        permitted_parts.check(COMMON | TRANSFORMER | {"frontend": name}, Path("c"))


@pytest.mark.parametrize("parts", [None, [{"frontend_type": "s3prl"}], ["default", 3]])
def test_a_fused_one_is_of_default_ones_alone(parts):
    config = COMMON | TRANSFORMER | {"frontend": "Fused", "frontend_conf": {"frontends": parts}}
    with pytest.raises(UserError, match=r"frontend is fused with .*; it must be fused of default"):
        permitted_parts.check(config, Path("c"))
