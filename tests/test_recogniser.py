"""Models: built from their configuration, loaded only where they fit, timed in their parts."""

import dataclasses
import pickle
import time

import numpy as np
import pytest
import torch
from asrbench.basics.errors import UserError
from asrbench.engines import search_end
from asrbench.engines.espnet import checkpoint, parameters
from asrbench.engines.espnet import model as espnet_model
from small_models import LSTM, TOKENS, TRANSFORMER, random_model, recogniser, write_config

SPEECH = np.random.default_rng(3).normal(0, 0.1, 16000).astype(np.float32)


@pytest.fixture(scope="module")
def manifest(tmp_path_factory):
    return random_model(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def model(manifest):
    return espnet_model.load_model(manifest)


def trained(manifest, path):
    return dataclasses.replace(manifest, weights="trained", checkpoint=path)


def test_a_checkpoint_gives_the_model_its_weights(manifest, model, tmp_path):
    state = {key: torch.randn_like(value) for key, value in model.state_dict().items()}
    torch.save({key: value.half() for key, value in state.items()}, tmp_path / "model.pth")
    loaded = espnet_model.load_model(trained(manifest, tmp_path / "model.pth"))
    for key, value in loaded.state_dict().items():
        assert value.dtype == torch.float32
        torch.testing.assert_close(value, state[key].half().float())


def test_a_checkpoint_that_does_not_fit_is_refused_with_the_names_of_its_keys(
    manifest, model, tmp_path
):
    state = model.state_dict()
    name = next(key for key in state if key.startswith("encoder") and state[key].dim() == 2)
    lost = next(key for key in state if key.startswith("decoder"))
    state["decoder.of.another.model"] = torch.zeros(1)
    state[name] = state[name][:, :1]
    del state[lost]
    torch.save(state, tmp_path / "model.pth")
    with pytest.raises(UserError) as raised:
        espnet_model.load_model(trained(manifest, tmp_path / "model.pth"))
    text = str(raised.value)
    assert f"{lost} is missing" in text
    assert "decoder.of.another.model is not in the model" in text
    assert f"{name} has shape" in text


class Payload:
    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return open, (str(self.marker), "w")


def test_no_code_in_a_checkpoint_is_run(tmp_path):
    marker = tmp_path / "ran"
    for name, save in {
        "torch": lambda path: torch.save({"weight": Payload(marker)}, path),
        "pickle": lambda path: path.write_bytes(pickle.dumps({"weight": Payload(marker)})),
    }.items():
        path = tmp_path / f"{name}.pth"
        save(path)
        with pytest.raises(UserError, match="cannot be read as tensors alone"):
            checkpoint.read(path)
        assert not marker.exists()


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"PK\x03\x04 cut"])
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path, content):
    path = tmp_path / "model.pth"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"model\.pth: cannot be read"):
        checkpoint.read(path)


def test_a_checkpoint_of_something_else_than_tensors_is_refused(tmp_path):
    torch.save({"epoch": 3}, tmp_path / "model.pth")
    with pytest.raises(UserError, match="is not a state_dict"):
        checkpoint.read(tmp_path / "model.pth")


def test_a_configuration_that_espnet_cannot_build_is_one_line(tmp_path):
    with pytest.raises(UserError, match=r"config\.yaml: ESPnet cannot build model small"):
        espnet_model.load_model(random_model(tmp_path, encoder_conf={"quantum": 1}))


def test_a_package_that_a_model_needs_and_is_not_there_is_one_line_that_names_it(tmp_path, capfd):
    settings = {"output_size": 16, "attention_heads": 2, "linear_units": 32}
    manifest = random_model(tmp_path, encoder="longformer", encoder_conf=settings)
    for build in (lambda: espnet_model.load_model(manifest), lambda: recogniser(manifest, 0.3, 1)):
        with pytest.raises(
            UserError, match=r"cannot build model small .* package longformer"
        ) as it:
            build()
        assert "\n" not in str(it.value)
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize("changes", [{"frontend": None}, {"input_size": 80}])
def test_a_model_that_takes_features_is_refused_by_every_program(tmp_path, changes):
    manifest = random_model(tmp_path, **changes)
    for build in (lambda: espnet_model.load_model(manifest), lambda: recogniser(manifest, 0.3, 1)):
        with pytest.raises(UserError, match="takes features and no waveform"):
            build()


UNFIT = {
    "is of torch.complex64": lambda tensor: tensor.to(torch.complex64),
    "is of torch.int8": lambda tensor: tensor.to(torch.int8),
    "is sparse": lambda tensor: tensor.to_sparse(),
    "quantised": lambda tensor: torch.quantize_per_tensor(tensor, 0.1, 0, torch.qint8),
    "no finite number": lambda tensor: tensor.index_fill(0, torch.tensor([0]), float("nan")),
    "holds what is no finite": lambda tensor: tensor.index_fill(0, torch.tensor([1]), -torch.inf),
    "finite number": lambda tensor: tensor.double() + 1e200,
}


@pytest.mark.parametrize("said", UNFIT)
def test_a_tensor_that_torch_would_bend_is_refused_by_name(manifest, model, tmp_path, said):
    state = dict(model.state_dict())
    name = next(key for key in state if key.startswith("encoder") and state[key].dim() == 2)
    state[name] = UNFIT[said](state[name])
    torch.save(state, tmp_path / "model.pth")
    with pytest.raises(UserError, match=rf"configuration: {name} .*{said}"):
        espnet_model.load_model(trained(manifest, tmp_path / "model.pth"))


@pytest.mark.parametrize("architecture", [TRANSFORMER, LSTM], ids=["transformer", "lstm"])
@pytest.mark.parametrize("ctc_weight", [0.0, 0.3, 1.0])
def test_frames_and_parts_of_the_latency(tmp_path, architecture, ctc_weight):
    variant = recogniser(random_model(tmp_path, architecture), ctc_weight, 3, 5.0)
    transcript = variant.transcribe(SPEECH)
    assert transcript.encode_s > 0 and transcript.search_s > 0
    assert transcript.encode_s + transcript.search_s <= transcript.latency_s
    assert (transcript.decoder_s > 0) == (ctc_weight < 1)
    assert (transcript.ctc_s > 0) == (ctc_weight > 0)
    assert transcript.decoder_s + transcript.ctc_s <= transcript.search_s
    assert transcript.tokens <= 5
    features, lengths = variant.model.frontend(
        torch.from_numpy(SPEECH)[None], torch.tensor([len(SPEECH)])
    )
    assert features.shape[1] == int(lengths[0]) == variant.frames(len(SPEECH))


@pytest.mark.parametrize("frames", [1, 2, 17, 100])
def test_samples_for_a_number_of_frames(manifest, frames):
    variant = recogniser(manifest, 1.0, 1, 5.0)
    assert variant.frames(variant.samples_for(frames)) == frames
    assert variant.frames(variant.samples_for(frames) - 1) == frames - 1


def test_the_output_of_random_weights_follows_the_rate(manifest):
    variant = recogniser(manifest, 0.3, 2, 4.0)
    assert variant.transcribe(SPEECH).tokens <= 4
    long = variant.transcribe(np.tile(SPEECH, 5))
    assert 4 < long.tokens <= 20


@pytest.mark.parametrize("architecture", [TRANSFORMER, LSTM], ids=["transformer", "lstm"])
def test_clocks_in_the_search_change_no_result(tmp_path, architecture):
    with_clocks, without = (
        recogniser(random_model(tmp_path, architecture), 0.3, 3, 5.0, clocks_in_search=clocks)
        for clocks in (True, False)
    )
    timed, plain = with_clocks.transcribe(SPEECH), without.transcribe(SPEECH)
    assert (timed.text, timed.score) == (plain.text, plain.score)
    assert plain.decoder_s == plain.ctc_s == 0


def test_random_weights_are_the_same_in_every_process(manifest, model):
    again = espnet_model.load_model(manifest)
    for key, value in again.state_dict().items():
        assert torch.equal(value, model.state_dict()[key]), key


def test_a_model_without_ctc_cannot_be_a_ctc_variant(tmp_path):
    manifest = random_model(tmp_path, model_conf={"ctc_weight": 0.0})
    with pytest.raises(UserError, match=r"no CTC head: set its ctc_weights to \[0\.0\]"):
        recogniser(manifest, 0.3, 1)
    recogniser(manifest, 0.0, 1)


def test_a_model_without_decoder_cannot_be_an_attention_variant(tmp_path):
    manifest = random_model(tmp_path, decoder=None, model_conf={"ctc_weight": 1.0})
    with pytest.raises(UserError, match=r"no attention decoder: set its ctc_weights to \[1\.0\]"):
        recogniser(manifest, 0.3, 1)
    recogniser(manifest, 1.0, 1)


def test_a_shared_tensor_is_counted_once(tmp_path):
    model = torch.nn.ModuleDict(
        {name: torch.nn.Linear(3, 3, bias=False) for name in ("encoder", "decoder", "ctc")}
    )
    model["ctc"].weight = model["decoder"].weight
    rows = {row.module: row for row in parameters.count(model)}
    assert rows["whole"].parameters == 18
    assert rows["decoder"].parameters == rows["decoder"].shared == 9
    assert rows["encoder"].shared == 0
    assert rows["whole"].shared == 9
    # The decoder's only tensor is the CTC head's too, so CTC decoding still needs it.
    assert rows["used:ctc"].parameters == 18


def test_frozen_parameters_are_told_apart(model):
    for tensor in model.ctc.parameters():
        tensor.requires_grad_(False)
    row = next(row for row in parameters.count(model) if row.module == "ctc")
    assert row.trainable == 0 < row.parameters
    assert row.bytes == 4 * row.parameters


def test_a_folder_without_config_has_a_clear_line(tmp_path):
    write_config(tmp_path)
    (tmp_path / "config.yaml").unlink()
    from asrbench.sources import manifest as manifests

    with pytest.raises(UserError, match="there is no such model manifest"):
        manifests.load(tmp_path / "model.json")


@pytest.mark.parametrize("architecture", [TRANSFORMER, LSTM])
@pytest.mark.parametrize("ctc_weight", [0.0, 0.3, 1.0])
def test_an_encoder_output_decodes_to_what_its_waveform_gives(tmp_path, architecture, ctc_weight):
    manifest = random_model(tmp_path, architecture)
    whole = recogniser(manifest, ctc_weight, beam_size=3)
    # Another CTC weight's process may have made it.
    output = recogniser(manifest, 0.5, beam_size=1).encode(SPEECH)
    expected, found = whole.transcribe(SPEECH), whole.transcribe_encoded(output)
    assert (found.text, found.score) == (expected.text, expected.score)
    # The search is left as it was.
    assert whole.transcribe(SPEECH).score == expected.score


@pytest.mark.parametrize("engine", ["espnet", "espnet-fast"])
def test_the_time_of_a_call_that_failed_is_not_in_the_next(manifest, engine):
    variant = recogniser(manifest, 0.3, 2, 5.0, engine=engine)
    encode = variant.speech2text.asr_model.frontend.forward
    slow_s = 0.5

    def fails(*_args):
        time.sleep(slow_s)
        raise RuntimeError("too short for the STFT")

    variant.speech2text.asr_model.frontend.forward = fails
    with pytest.raises(RuntimeError):
        variant.transcribe(SPEECH)
    variant.speech2text.asr_model.frontend.forward = encode
    transcript = variant.transcribe(SPEECH)
    assert transcript.encode_s < slow_s
    assert transcript.encode_s + transcript.search_s <= transcript.latency_s


def test_what_was_encoded_alone_is_in_no_later_call(manifest):
    variant = recogniser(manifest, 0.3, 2, 5.0)
    output = variant.encode(SPEECH)
    assert variant.transcribe_encoded(output).encode_s == 0


@pytest.mark.parametrize("engine", ["espnet", "espnet-fast"])
@pytest.mark.parametrize("ctc_weight", [0.0, 0.3, 1.0])
def test_an_encoder_with_intermediate_ctc_is_decoded(tmp_path, ctc_weight, engine):
    encoder = TRANSFORMER["encoder_conf"] | {"num_blocks": 2, "interctc_layer_idx": [1]}
    manifest = random_model(tmp_path, encoder_conf=encoder)
    variant = recogniser(manifest, ctc_weight, 2, 5.0, engine=engine)
    transcript = variant.transcribe(SPEECH)
    assert transcript.tokens <= 5 and transcript.encode_s > 0
    found = variant.transcribe_encoded(variant.encode(SPEECH))
    assert (found.text, found.score) == (transcript.text, transcript.score)


@pytest.mark.parametrize("engine", ["espnet", "espnet-fast"])
@pytest.mark.parametrize("architecture", [TRANSFORMER, LSTM], ids=["transformer", "lstm"])
def test_a_search_that_was_cut_at_its_longest_length_says_so(tmp_path, architecture, engine):
    variant = recogniser(random_model(tmp_path, architecture), 0.0, 3, engine=engine)
    end = _output_layer(variant.model.decoder).bias.data[-1:]
    ended = {}
    for push in (-50.0, 50.0):
        end.fill_(push)
        ended[push] = variant.transcribe(SPEECH)
    assert (ended[-50.0].ended, ended[50.0].ended) == ("length", "empty")
    variant.speech2text.minlenratio = -2  # an end before the third token does not count
    assert variant.transcribe(SPEECH).ended == "end"


def _output_layer(decoder):
    return getattr(decoder, "output_layer", None) or decoder.output


@pytest.mark.parametrize(
    "sequence, ended",
    [
        ([], "empty"),
        ([9, 9], "empty"),
        ([9, 1, 2, 9], "end"),
        ([9, 1, 2, 3, 9], "length"),
        ([9, 1, 2, 9, 9], "end"),  # by itself with the last token that there was room for
    ],
)
def test_how_a_hypothesis_of_at_most_three_tokens_ended(sequence, ended):
    assert search_end.of(sequence, 3) == ended


@pytest.mark.parametrize("engine", ["espnet", "espnet-fast"])
@pytest.mark.parametrize("ctc_weight", [0.0, 0.3, 1.0])
def test_a_beam_wider_than_the_tokens_is_refused_when_the_model_is_opened(
    manifest, ctc_weight, engine
):
    most = len(TOKENS)
    with pytest.raises(UserError, match=rf"beam_size is {most + 1}, .* at most {most}"):
        recogniser(manifest, ctc_weight, most + 1, engine=engine)
    recogniser(manifest, ctc_weight, most, 5.0, engine=engine).transcribe(SPEECH)
