"""Multiply-adds against sums made by hand."""

import pytest
import recogniser_weights
import torch
from asrbench.engines import catalogue, whisper_compute
from asrbench.engines.espnet import compute
from asrbench.engines.espnet import model as espnet_model
from asrbench.engines.whisper_compute import Sizes
from asrbench.sources.manifest import Manifest
from asrbench.study.job import Job
from small_models import LSTM, TOKENS, random_model
from torch.utils.flop_counter import FlopCounterMode


def test_recurrent_layers_are_counted(tmp_path):
    conf = {"num_layers": 1, "hidden_size": 8, "output_size": 8, "subsample": [1]}
    model = espnet_model.load_model(random_model(tmp_path, LSTM | {"encoder_conf": conf}))
    encoder = next(p for p in compute.count(model, 16000, 5.0) if p.part == "encoder")
    frames = 160000 // 256 + 1
    mels, hidden = 80, 8
    # Two directions of four gates over input and state, then the projection, then the mel bank.
    layer = 2 * 4 * hidden * (mels + hidden) + 2 * hidden * hidden
    mel_bank = 257 * mels
    by_hand = frames * (layer + mel_bank) / compute.COUNTED_AUDIO_S
    assert encoder.multiply_adds_per_audio_s == pytest.approx(by_hand, rel=0.01)


def test_the_ctc_head_is_one_product(tmp_path):
    model = espnet_model.load_model(random_model(tmp_path))
    head = next(p for p in compute.count(model, 16000, 5.0) if p.part == "ctc")
    steps = ((160000 // 256 + 1) // 2 - 1) // 2
    by_hand = steps * 16 * len(TOKENS) / compute.COUNTED_AUDIO_S
    assert head.multiply_adds_per_audio_s == pytest.approx(by_hand, rel=0.02)


def test_the_decoder_grows_with_the_tokens(tmp_path):
    model = espnet_model.load_model(random_model(tmp_path))
    few, many = (
        next(p for p in compute.count(model, 16000, rate) if p.part == "decoder")
        for rate in (1.0, 4.0)
    )
    assert many.multiply_adds_per_audio_s > 3.9 * few.multiply_adds_per_audio_s
    assert "40 tokens" in many.note


def test_a_model_without_decoder_has_no_row_for_it(tmp_path):
    manifest = random_model(tmp_path, decoder=None, model_conf={"ctc_weight": 1.0})
    parts = compute.count(espnet_model.load_model(manifest), 16000, 5.0)
    assert [part.part for part in parts] == ["encoder", "ctc"]


STEPS = ((160000 // 256 + 1 - 1) // 2 - 1) // 2


def test_a_transducer_s_joint_network_is_with_its_decoder(tmp_path):
    decoder = {"decoder": "transducer", "decoder_conf": {"hidden_size": 8}}
    manifest = random_model(tmp_path, **decoder, joint_net_conf={"joint_space_size": 4})
    job = Job("m", axes={"engine": "espnet-transducer", "precision": "float32"})
    counted = catalogue.parameters("espnet-transducer").counted_with_compute(manifest, job, 3.0)
    encoder, decoder = counted[1]
    assert (encoder.part, decoder.part) == ("encoder", "decoder")
    joint = 16 * 4 + 8 * 4 + 4 * len(TOKENS)
    by_hand = 30 * 4 * 8 * (8 + 8) + (STEPS + 30) * joint
    assert decoder.multiply_adds_per_audio_s * compute.COUNTED_AUDIO_S == pytest.approx(by_hand)


class Whisper(torch.nn.Module):
    """The layers of a Whisper, as torch has them; nothing is normalised, and nothing is heard."""

    def __init__(self, sizes: Sizes):
        super().__init__()
        width = sizes.width
        self.convolutions = torch.nn.Sequential(
            torch.nn.Conv1d(sizes.mels, width, 3, padding=1),
            torch.nn.Conv1d(width, width, 3, stride=2, padding=1),
        )
        self.encoder = torch.nn.ModuleList(self._block(width) for _ in range(sizes.encoder_layers))
        self.decoder = torch.nn.ModuleList(self._block(width) for _ in range(sizes.decoder_layers))
        self.output = torch.nn.Linear(width, sizes.vocabulary, bias=False)

    def _block(self, width: int) -> torch.nn.ModuleDict:
        return torch.nn.ModuleDict(
            {
                "self": torch.nn.MultiheadAttention(width, 2, batch_first=True),
                "cross": torch.nn.MultiheadAttention(width, 2, batch_first=True),
                "inner": torch.nn.Linear(width, 4 * width),
                "outer": torch.nn.Linear(4 * width, width),
            }
        )

    def encode(self, features):
        steps = self.convolutions(features).transpose(1, 2)
        for block in self.encoder:
            steps = block["outer"](block["inner"](block["self"](steps, steps, steps)[0]))
        return steps

    def decode(self, token, encoded):
        for block in self.decoder:
            token = block["self"](token, token, token)[0]
            token = block["cross"](token, encoded, encoded)[0]
            token = block["outer"](block["inner"](token))
        return self.output(token)


def multiply_adds(run) -> float:
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        run()
    return counter.get_total_flops() / 2


def test_whisper_s_multiply_adds_are_those_of_its_layers():
    sizes = Sizes(mels=10, width=8, encoder_layers=2, decoder_layers=3, vocabulary=50)
    model = Whisper(sizes).train()  # or torch takes shorter ways, which its counter does not see
    features = torch.randn(1, sizes.mels, whisper_compute.FRAMES)
    encoder, decoder = whisper_compute.parts(sizes, tokens_per_second=0.1)
    counted = multiply_adds(lambda: model.encode(features))
    assert encoder.multiply_adds_per_audio_s * compute.COUNTED_AUDIO_S == counted
    # Of one token: what is projected once of the encoder's output is in it.
    token, encoded = torch.randn(1, 1, 8), torch.randn(1, whisper_compute.STEPS, 8)
    counted = multiply_adds(lambda: model.decode(token, encoded))
    assert decoder.multiply_adds_per_audio_s * compute.COUNTED_AUDIO_S == counted
    # Of nine more: attention to the encoder is projected twice and not four times.
    more = whisper_compute.parts(sizes, tokens_per_second=1.0)[1]
    alone = multiply_adds(lambda: model.decode(token, encoded[:, :0]))
    attended = sizes.decoder_layers * 2 * 8 * (9 * whisper_compute.STEPS + sum(range(2, 11)) - 9)
    assert (more.multiply_adds_per_audio_s - decoder.multiply_adds_per_audio_s) * (
        compute.COUNTED_AUDIO_S
    ) == pytest.approx(9 * alone + attended)


def test_the_sizes_of_a_whisper_are_read_from_either_format(tmp_path):
    tiny = Sizes(mels=80, width=384, encoder_layers=4, decoder_layers=4, vocabulary=51864)
    found = {}
    for engine, root in {
        "faster-whisper": recogniser_weights.whisper_tiny_en(),
        "whisper.cpp": recogniser_weights.whisper_for_cpp(tmp_path),
    }.items():
        manifest = Manifest("m", "trained", root / "x", None, None, catalogue.located(engine)(root))
        counted = catalogue.parameters(engine).counted_with_compute(manifest, Job("m"), 3.0)
        found[engine] = counted[1]
    assert found["faster-whisper"] == found["whisper.cpp"] == whisper_compute.parts(tiny, 3.0)
