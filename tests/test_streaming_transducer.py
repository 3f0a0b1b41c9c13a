"""ESPnet's transducers that stream: whole, in windows as ESPnet's own loop has them, odd input."""

import numpy as np
import pytest
import torch
from asrbench.basics.errors import UserError
from asrbench.engines import catalogue, search_end
from asrbench.engines.espnet import parameters, stand_ins
from asrbench.engines.interface import COUNTED_AUDIO_S
from asrbench.measure import streaming
from asrbench.measure.opened_variant import OpenedVariant
from asrbench.sources import permitted_parts
from asrbench.study.job import Job
from asrbench.study.variant import Build
from small_models import COMMON, TOKENS, random_model

RATE_HZ = 16000
ENGINE = "espnet-streaming-transducer"
BODY = {"hidden_size": 16, "linear_size": 32, "heads": 2, "conv_mod_kernel_size": 7}
ARCHITECTURE = {
    "encoder_conf": {
        "input_conf": {"block_type": "conv2d", "subsampling_factor": 4, "conv_size": 16},
        "main_conf": {"dynamic_chunk_training": True, "short_chunk_size": 8},
        "body_conf": [{"block_type": "conformer", **BODY}],
    },
    "decoder": "rnn",
    "decoder_conf": {"embed_size": 8, "hidden_size": 8},
    "joint_network_conf": {"joint_space_size": 8},
    "frontend_conf": {"fs": RATE_HZ, "n_fft": 512, "hop_length": 128},
    "normalize": "utterance_mvn",
    "model_conf": {},
}


def noise(samples: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, samples).astype(np.float32)


def opened(folder, beam_size=3, precision="float32", engine=ENGINE, **changes):
    manifest = random_model(folder, ARCHITECTURE, **changes)
    asked = {"engine": engine, "precision": precision, "beam_size": beam_size}
    asked |= {} if engine == ENGINE else {"ctc_weight": "0.0"}
    job = Job("m", variant="v", axes=asked, sample_rate_hz=RATE_HZ, threads=1)
    return OpenedVariant(job, manifest).recogniser()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("m")


@pytest.fixture(scope="module")
def transducer(folder):
    found = opened(folder)
    with torch.no_grad():  # or random weights emit next to nothing
        found.model.joint_network.lin_out.weight.mul_(4.0)
        found.model.joint_network.lin_enc.weight.mul_(4.0)
    return found


@pytest.fixture(scope="module")
def espnets_own(folder, transducer):
    """ESPnet's class by itself, with the same weights."""
    make = stand_ins.load("espnet2.bin.asr_transducer_inference").Speech2Text
    own = make(str(folder / "config.yaml"), None, beam_size=3, streaming=True)
    own.asr_model.load_state_dict(transducer.model.state_dict())
    return own


def in_windows(own, speech: np.ndarray) -> list[str]:
    """The loop of ESPnet's asr_transducer_inference: texts of the best, window by window."""
    window = own.audio_processor.decoding_samples
    own.reset_streaming_cache()
    texts = []
    for step in range(len(speech) // window + 1):
        is_final = step == len(speech) // window
        end = len(speech) if is_final else (step + 1) * window
        found = own.streaming_decode(speech[step * window : end], is_final=is_final)
        best = max(found, key=lambda one: one.score)
        texts.append(own.hypotheses_to_results([best])[0][0])
    return texts


@pytest.mark.parametrize("piece_s", [0.05, 0.32, 0.64, 1.0, 30.0])
@pytest.mark.parametrize("samples", [3 * RATE_HZ + 77, 4 * 10240, 900])
def test_pieces_of_any_length_give_what_espnets_loop_gives(
    transducer, espnets_own, piece_s, samples
):
    speech = noise(samples)
    expected = in_windows(espnets_own, speech)
    heard = streaming.hear(transducer.listen(), speech, RATE_HZ, piece_s)
    assert heard.text == expected[-1].strip()
    told = [text for text in dict.fromkeys(heard.texts) if text]
    wanted = [text for text in dict.fromkeys(expected[:-1]) if text]
    # A long piece is several windows, of whose texts the last is told.
    assert told == wanted if piece_s <= 0.64 else set(told) <= set(wanted)
    assert len(wanted) > 1 or samples < 10240


def test_a_whole_utterance_is_decoded_with_all_its_context(transducer, espnets_own):
    speech = noise(2 * RATE_HZ)
    transducer.listen().feed(speech)  # one that is left leaves nothing behind
    found = transducer.transcribe(speech)
    text, tokens, _ids, hypothesis = espnets_own.hypotheses_to_results(espnets_own(speech))[0]
    assert (found.text, found.tokens) == (text.strip(), len(tokens))
    assert found.score == pytest.approx(float(hypothesis.score), rel=1e-5)
    assert found.ended == search_end.BY_ITSELF
    assert 0 < found.encode_s < found.latency_s
    assert 0 < found.decoder_s < found.search_s <= found.latency_s - found.encode_s + 1e-3


def test_clocks_of_pieces_are_of_the_whole_utterance(transducer):
    session = transducer.listen()
    for piece in np.split(noise(4 * 10240), 8):
        session.feed(piece)
    found = session.finish()
    assert found.encode_s > 0 and found.search_s > found.decoder_s > 0


def test_what_a_window_leaves_over_waits_for_the_next(transducer):
    """After n windows the steps that are out lag behind them as the first window's do."""
    step, window = 4 * 128, transducer.window
    session = transducer.listen()
    for number in range(1, 5):
        session.feed(noise(window, number))
        steps = int(transducer.speech2text.num_processed_frames) + 1
        lag = number * window - steps * step
        assert transducer.lookahead_s == pytest.approx((window + lag) / RATE_HZ)
    assert 0.64 < transducer.lookahead_s < 0.8


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.7, 3.0])
def test_silence_is_decoded_without_an_error(transducer, seconds):
    silence = np.zeros(round(seconds * RATE_HZ), np.float32)
    heard = streaming.hear(transducer.listen(), silence, RATE_HZ, 0.08)
    assert isinstance(heard.text, str)
    transducer.model.joint_network.lin_out.bias.data[0] += 1000.0
    try:
        session = transducer.listen()
        session.feed(silence)
        found = session.finish()
    finally:
        transducer.model.joint_network.lin_out.bias.data[0] -= 1000.0
    assert (found.text, found.tokens, found.ended) == ("", 0, search_end.EMPTY)


def test_a_whole_utterance_too_short_for_espnet_spoils_no_other(transducer):
    before = transducer.transcribe(noise(RATE_HZ))
    with pytest.raises(Exception, match=r"Padding size|too short"):
        transducer.transcribe(noise(100))
    again = transducer.transcribe(noise(RATE_HZ))
    assert (again.text, again.score) == (before.text, before.score)


@pytest.mark.parametrize("block", ["branchformer", "ebranchformer", "conv1d"])
@pytest.mark.parametrize("decoder", ["rnn", "stateless", "mega"])
@pytest.mark.parametrize("precision", ["float32", "int8"])
def test_other_blocks_and_decoders_stream(tmp_path, block, decoder, precision):
    body = {"block_type": block, **BODY}
    if block == "conv1d":
        body = {"block_type": block, "output_size": 16, "kernel_size": 3}
    main = ARCHITECTURE["encoder_conf"]["main_conf"]
    encoder = ARCHITECTURE["encoder_conf"] | {
        "body_conf": [{"block_type": "conformer", **BODY}, body],
        "main_conf": main | {"dynamic_chunk_training": block != "conv1d"},
    }
    settings = {"rnn": ARCHITECTURE["decoder_conf"], "stateless": {"embed_size": 8}}
    settings["mega"] = {"block_size": 8, "linear_size": 16, "qk_size": 8, "num_heads": 2}
    changes = {"encoder_conf": encoder, "decoder": decoder, "decoder_conf": settings[decoder]}
    found = opened(tmp_path, precision=precision, **changes)
    speech = noise(RATE_HZ)
    assert found.transcribe(speech).ended in (search_end.BY_ITSELF, search_end.EMPTY)
    assert streaming.hear(found.listen(), speech, RATE_HZ, 0.64).text is not None


def test_parameters_are_counted_by_part(tmp_path):
    manifest = random_model(tmp_path, ARCHITECTURE)
    job = Job("m", axes={"engine": ENGINE, "precision": "float32"})
    rows = {row.module: row.parameters for row in parameters.counted(manifest, job)}
    assert rows["whole"] == sum(rows[part] for part in ("encoder", "decoder", "joint_network"))
    assert min(rows["encoder"], rows["decoder"], rows["joint_network"]) > 0
    assert not [name for name in rows if name.startswith("used:")]  # no CTC weight decodes it


def test_mistakes_are_one_line(tmp_path):
    with pytest.raises(
        UserError, match=rf"task asr_transducer: set its engine to {ENGINE}$"
    ) as caught:
        opened(tmp_path, engine="espnet-transducer")
    assert "\n" not in str(caught.value)
    with pytest.raises(UserError, match=rf"beam_size is {len(TOKENS) + 1}, .* at most"):
        opened(tmp_path, beam_size=len(TOKENS) + 1)
    uncentred = ARCHITECTURE["frontend_conf"] | {"center": False}
    with pytest.raises(UserError, match="front end with centred windows alone"):
        opened(tmp_path, frontend_conf=uncentred)
    with pytest.raises(UserError, match="decoder is 'rwkv'; it must be mega, rnn, stateless or"):
        permitted_parts.check(COMMON | ARCHITECTURE | {"decoder": "rwkv"}, tmp_path)


def test_multiply_adds_have_the_joint_network_with_the_decoder(folder):
    job = Job("m", axes={"engine": ENGINE, "precision": "float32"})
    manifest = random_model(folder, ARCHITECTURE)
    encoder, decoder = catalogue.parameters(ENGINE).counted_with_compute(manifest, job, 3.0)[1]
    assert encoder.multiply_adds_per_audio_s > 100 * 8 * 8
    # An LSTM step a token; the joint network once a token and once a step of about 40 ms.
    joint = 16 * 8 + 8 * 8 + 8 * len(TOKENS)
    found = decoder.multiply_adds_per_audio_s * COUNTED_AUDIO_S - 30 * 4 * 8 * (8 + 8)
    assert found / joint - 30 == pytest.approx(1250 / 4, rel=0.02)


def test_stages_that_it_has_no_part_in_say_so():
    build = Build("m", "m", (("engine", ENGINE), ("processor", "cpu")))
    for can in (catalogue.BATCHES, catalogue.ENCODES):
        assert catalogue.not_applicable(build, can).startswith("not applicable: engine espnet-st")
    assert catalogue.not_applicable(build, catalogue.STREAMS) == ""
