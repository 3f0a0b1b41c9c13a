"""Self-supervised front ends: nothing is downloaded, and words are those of ESPnet's class."""

import hashlib
import pickle
import socket
from importlib.util import find_spec
from pathlib import Path

import loopback
import numpy as np
import pytest
import self_supervised_model
import torch
import yaml
from asrbench.basics.errors import UserError
from asrbench.engines.espnet import compute, parameters, stand_ins
from asrbench.engines.espnet import front_end as espnet_front_end
from asrbench.engines.espnet import model as espnet_model
from asrbench.measure import batch
from asrbench.sources import manifest as manifests
from asrbench.sources import model_source, permitted_parts, upstream
from asrbench.study import config
from asrbench.study.config import Model
from small_models import COMMON, TRANSFORMER, random_model, recogniser, write_config

SPEECH = np.random.default_rng(7).normal(0, 0.1, 16000).astype(np.float32)
HERE = find_spec("s3prl") is not None
installed = pytest.mark.skipif(not HERE, reason="s3prl is not installed (envs/s3prl.txt)")
# As ESPnet's recipes have it: all layers, weighted, and a linear layer before the encoder.
LINEAR = {"preencoder": "linear", "preencoder_conf": {"input_size": 16, "output_size": 20}}
FORMS = {
    "hubert": {"multilayer_feature": True},
    "wav2vec2": {"layer": 1},
    "wavlm": {"multilayer_feature": True, "download_dir": "./hub"},
}


def front_end(name: object, outer: dict | None = None, **inner) -> dict:
    """The keys of a configuration with a front end by s3prl."""
    settings = {"frontend_conf": {"upstream": name, **inner}, **(outer or {})}
    return {"frontend": "s3prl", "frontend_conf": settings, **LINEAR}


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Only loopback may be reached, and no test waits for a name to be looked up."""
    connect = socket.socket.connect

    def reached(self, address):
        assert address[0] == "127.0.0.1", f"{address} was to be reached"
        return connect(self, address)

    def looked_up(host, *_arguments, **_options):
        raise AssertionError(f"{host} was looked up")

    monkeypatch.setattr(socket.socket, "connect", reached)
    if HERE:
        monkeypatch.setattr("s3prl.util.download.urlopen", looked_up)


@pytest.fixture
def pretended(monkeypatch):
    """As if s3prl were installed, for what is looked at before anything of it is imported."""
    monkeypatch.setattr(upstream, "find_spec", lambda name: name)


def one_line(caught) -> None:
    assert "\n" not in str(caught.value)


def test_without_the_package_it_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(upstream, "find_spec", lambda name: None)
    manifest = random_model(tmp_path, **front_end("wavlm_large"))
    for build in (
        lambda: permitted_parts.check(COMMON | TRANSFORMER | front_end("wavlm"), Path("c")),
        lambda: espnet_model.load_model(manifest),
    ):
        with pytest.raises(UserError, match=r"package s3prl, .*--no-deps -r envs/s3prl.txt") as it:
            build()
        one_line(it)
    pinned = Path(__file__).parents[1] / "envs/s3prl.txt"
    assert "\ns3prl==" in pinned.read_text()


@pytest.mark.parametrize(
    "keys, told",
    [
        (front_end("fbank"), "has the upstream 'fbank'"),
        (front_end("hf_hubert_custom", path_or_url="x/y"), "has the upstream 'hf_hubert_custom'"),
        (front_end(["wavlm"]), r"has the upstream \['wavlm'\]"),
        (
            {"frontend": "S3PRL", "frontend_conf": {"frontend_conf": "wavlm"}},
            "has the upstream None",
        ),
        ({"frontend": "s3prl", "frontend_conf": None}, "has the upstream None"),
        (front_end("hubert", extra_conf={"hooks": [["print()", "x"]]}), "has extra_conf"),
        (front_end("hubert", extra_conf={"fairseq": True}), "has extra_conf"),
        (front_end("wavlm", ckpt="http://127.0.0.1:9/x.pt"), "has ckpt"),
        (front_end("wavlm", tile_factor=2), "has tile_factor 2"),
    ],
)
def test_what_s3prl_may_run_or_download_is_refused(pretended, keys, told):
    with pytest.raises(UserError, match=f"c: the front end s3prl {told}.*: use a model") as caught:
        permitted_parts.check(COMMON | TRANSFORMER | keys, Path("c"))
    one_line(caught)


def fetch(folder: Path, **keys) -> dict:
    model = Model(name="m", source=str(folder), **keys)
    return model_source.fetch(model, "resources/models/m/model.json")


@pytest.fixture
def here(tmp_path, monkeypatch, pretended):
    """A folder with a model whose network is to be WavLM's, and a file in place of that."""
    monkeypatch.chdir(tmp_path)
    address = "http://127.0.0.1:9/wavlm.pt"
    write_config(Path("m"), **front_end("wavlm_large", FORMS["wavlm"], path_or_url=address))
    Path("m/model.pth").write_bytes(b"tensors")
    Path("wavlm.pt").write_bytes(b"a network")
    return Path("m")


def test_a_network_is_taken_from_the_user_s_file_alone(here):
    manifest = fetch(here, upstream={"source": "wavlm.pt"})
    assert manifest["files"]["other"] == ["wavlm.pt"]
    written = yaml.safe_load(Path(manifest["files"]["config"]).read_text())["frontend_conf"]
    local = {"upstream": "wavlm_local", "path_or_url": "wavlm.pt"}
    assert written == {"frontend_conf": local, "multilayer_feature": True}


def test_a_network_is_fetched_once_from_the_user_s_address(here):
    sha256 = hashlib.sha256(b"a network").hexdigest()
    with loopback.serving() as site:
        site.files["/wavlm.pt"] = b"a network"
        given = {"source": f"{site.url}/wavlm.pt", "sha256": sha256}
        first = fetch(here, upstream=given)
        assert fetch(here, upstream=given) == first
        assert [path for path, _range in site.requests] == ["/wavlm.pt"]
        with pytest.raises(UserError, match=r"sha256"):
            fetch(here, upstream=given | {"sha256": "0" * 64})
    (file,) = first["files"]["other"]
    assert Path(file).parent == Path("resources/models/m")
    assert Path(file).read_bytes() == b"a network"


@pytest.mark.parametrize(
    "keys, told",
    [
        ({}, r"would download the network wavlm_large; give its checkpoint, .*upstream: "),
        ({"upstream": {"source": "absent.pt"}}, r"upstream.source 'absent.pt' is no file here"),
        ({"upstream": {"source": "wavlm.pt", "sha256": "0" * 64}}, r"sha256 is .*, not 0{64} as"),
    ],
)
def test_a_network_that_is_not_there_is_one_line(here, keys, told):
    with pytest.raises(UserError, match=told) as caught:
        fetch(here, **keys)
    one_line(caught)
    assert not Path("resources/models/m/model.json").exists()


def test_a_network_that_no_front_end_takes_is_one_line(here):
    write_config(here)
    with pytest.raises(
        UserError, match=r"frontend is 'default', .*remove the model's key upstream"
    ):
        fetch(here, upstream={"source": "wavlm.pt"})
    vosk = {"name": "v", "source": "m", "engine": "vosk", "upstream": {"source": "wavlm.pt"}}
    study = {"name": "t", "speech": {"name": "s", "path": "speech"}, "models": [vosk]}
    with pytest.raises(UserError, match=r"has upstream, which is for ESPnet's models"):
        config.parse(study)


def with_network(kind: str, folder: Path, file: Path | None = None, **changes):
    """The manifest of a small model with random weights around a network's file."""
    folder.mkdir(exist_ok=True)
    file = file or self_supervised_model.write(kind, folder)
    keys = front_end(f"{kind}_local", FORMS[kind], path_or_url=str(file))
    return random_model(folder, **(keys | changes))


@installed
@pytest.mark.parametrize("kind", upstream.KINDS)
def test_frames_are_those_that_the_class_makes(tmp_path, kind):
    opened = recogniser(with_network(kind, tmp_path), 0.3, 2)
    assert (opened.hop_length, opened.sample_rate_hz) == (320, 16000)

    def made(samples: int) -> int:
        speech = torch.from_numpy(np.tile(SPEECH, 2)[:samples])[None]
        features, lengths = opened.model.frontend(speech, torch.tensor([samples]))
        assert features.shape[1] == int(lengths[0])
        return int(lengths[0])

    with torch.no_grad():
        for samples in (2000, 7999, 8000, 8001, 16000, 16001, *range(9000, 9700, 37)):
            assert opened.frames(samples) == made(samples), samples
        for frames in (40, 41, 100):
            samples = opened.samples_for(frames)
            assert made(samples) == frames > made(samples - 1)


@installed
@pytest.mark.parametrize("kind", upstream.KINDS)
def test_words_are_those_of_espnet_s_own_class(tmp_path, monkeypatch, kind):
    """With weights of a checkpoint, other than those in the network's own file."""
    monkeypatch.chdir(tmp_path)
    network = self_supervised_model.write(kind, tmp_path)
    model = espnet_model.load_model(with_network(kind, tmp_path / "random", network))
    generator = torch.Generator().manual_seed(3)
    for tensor in model.state_dict().values():
        if tensor.is_floating_point():
            tensor.add_(0.1 * torch.randn(tensor.shape, generator=generator))
    name = {"hubert": "hubert_base", "wav2vec2": "xlsr_53", "wavlm": "wavlm_large"}[kind]
    write_config(Path("m"), **front_end(name, FORMS[kind]))
    torch.save(model.state_dict(), "m/model.pth")
    files = fetch(Path("m"), upstream={"source": network.name})["files"]
    manifest = manifests.load("resources/models/m/model.json")
    Speech2Text = stand_ins.load("espnet2.bin.asr_inference").Speech2Text
    own = Speech2Text(
        files["config"], files["checkpoint"], ctc_weight=0.3, beam_size=4, lm_weight=0
    )
    text, tokens, _ids, hypothesis = own(SPEECH)[0]
    for engine in ("espnet", "espnet-fast"):
        found = recogniser(manifest, 0.3, 4, engine=engine)
        transcript = found.transcribe(SPEECH)
        assert (transcript.text, transcript.tokens) == (text, len(tokens)) and tokens
        assert transcript.score == pytest.approx(float(hypothesis.score), rel=1e-4)
        again = found.transcribe_encoded(found.encode(SPEECH))
        assert (again.text, again.score) == (transcript.text, transcript.score)
    # The checkpoint's weights have computed it, and not those of the network's own file.
    for key, tensor in found.model.state_dict().items():
        assert torch.equal(tensor, model.state_dict()[key]), key


class Payload:
    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return open, (str(self.marker), "w")


@installed
def test_no_file_of_a_network_runs_code(tmp_path):
    marker, files = tmp_path / "ran", {}
    files["pickled"] = tmp_path / "pickled.pt"
    files["pickled"].write_bytes(pickle.dumps(Payload(marker)))
    files["saved"] = tmp_path / "saved.pt"
    torch.save({"cfg": Payload(marker), "model": {}}, files["saved"])
    text = f"[(16, 10, 5)] + [open({str(marker)!r}, 'w')]"
    for name, layers in {"run": text, "bytes": text.encode(), "power": "[9 ** 9 ** 9]"}.items():
        (tmp_path / name).mkdir()
        files[name] = self_supervised_model.write(
            "wavlm", tmp_path / name, conv_feature_layers=layers
        )
    told = {"pickled": "tensors alone", "saved": "tensors alone"}
    for name, file in files.items():
        manifest = with_network("wavlm", tmp_path / "m", file)
        wanted = told.get(name, r"conv_feature_layers is .*must be lists of numbers")
        with pytest.raises(UserError, match=wanted) as caught:
            recogniser(manifest, 0.3, 2)
        one_line(caught)
    assert not marker.exists()


@installed
def test_a_file_of_another_kind_is_one_line(tmp_path):
    file = self_supervised_model.write("hubert", tmp_path)
    with pytest.raises(UserError, match=r"is no checkpoint of wavlm .*holds cfg, model;") as caught:
        espnet_model.load_model(with_network("wavlm", tmp_path / "m", file))
    one_line(caught)


@installed
def test_nothing_downloads_where_a_configuration_was_not_fetched(tmp_path):
    """A configuration that names a network by its name or an address gets past no fetching."""
    address = "http://127.0.0.1:9/x.pt"
    for number, keys in enumerate([{}, {"path_or_url": address}]):
        for name in ("wavlm_large", "wavlm_url", "wavlm_local"):
            manifest = random_model(tmp_path / f"{name}{number}", **front_end(name, **keys))
            with pytest.raises(UserError) as caught:
                espnet_model.load_model(manifest)
            one_line(caught)


@installed
def test_parameters_and_multiply_adds_are_counted(tmp_path):
    model = espnet_model.load_model(with_network("hubert", tmp_path))
    rows = {row.module: row.parameters for row in parameters.count(model)}
    assert rows["frontend"] == sum(tensor.numel() for tensor in model.frontend.parameters()) > 0
    (encoder,) = (p for p in compute.count(model, 16000, 3.0) if p.part == "encoder")
    front_end_alone = model.frontend
    model.frontend = torch.nn.Identity()  # its features, of 500 frames, in place of a waveform
    model.frontend.forward = lambda speech, lengths: (speech.new_zeros(1, 500, 16), lengths // 320)
    (rest,) = (p for p in compute.count(model, 16000, 3.0) if p.part == "encoder")
    samples, channels, by_hand = 160000, 1, 0
    for width, kernel, stride in [(16, 10, 5)] + [(16, 3, 2)] * 4 + [(16, 2, 2)] * 2:
        samples = (samples - kernel) // stride + 1
        by_hand += samples * width * kernel * channels
        channels = width
    # Positions, by a convolution in four groups, then two layers, padded to a multiple of two.
    by_hand += (samples + 1) * 16 * 16 * 16 // 4
    by_hand += 2 * 500 * (4 * 16 * 16 + 2 * 16 * 32 + 2 * 500 * 16)
    found = encoder.multiply_adds_per_audio_s - rest.multiply_adds_per_audio_s
    assert found * compute.COUNTED_AUDIO_S == pytest.approx(by_hand, rel=0.002)
    assert front_end_alone.hop_length == 320


@installed
def test_precisions_that_it_has_and_has_not(tmp_path):
    manifest = with_network("wavlm", tmp_path)
    whole = recogniser(manifest, 0.3, 2, 9.0).encode(SPEECH)
    half = recogniser(manifest, 0.3, 2, 9.0, precision="bfloat16")
    assert {weight.dtype for weight in half.model.frontend.parameters()} == {torch.float32}
    assert np.abs(half.encode(SPEECH) - whole).max() < 0.1 * np.abs(whole).max()
    with pytest.raises(UserError, match=r"precision int8: .*front end s3prl; take int8 out") as it:
        recogniser(manifest, 0.3, 2, precision="int8")
    one_line(it)


@installed
def test_engines_that_take_speech_in_pieces_refuse_it(tmp_path):
    model = espnet_model.load_model(with_network("wavlm", tmp_path))
    with pytest.raises(UserError, match=r"default front end .*this is a S3prlFrontend"):
        espnet_front_end.check_in_pieces(model, "m")


@installed
def test_a_batch_passes_through_it(tmp_path):
    model = espnet_model.load_model(with_network("wavlm", tmp_path))
    speech, lengths = batch.pad([SPEECH, SPEECH[:9000]])
    assert batch.time_forward(model, speech, lengths)["encode_s"] > 0
