"""Sound files of every kind, whole, cut off, or written to a pipe: read to their end or refused."""

import struct

import numpy as np
import pytest
import soundfile
from asrbench.basics.errors import UserError
from asrbench.sources import audio, whole_audio

RATE, SAMPLES = 16000, 20000
NOISE = np.random.default_rng(0).normal(0, 0.1, SAMPLES).astype("float32")


def written(path, form=None, subtype=None):
    soundfile.write(path, NOISE, RATE, format=form, subtype=subtype)
    return path


def wav_of_pipe(path, riff, data, subtype="PCM_16"):
    """A WAV whose writer left these two sizes open."""
    content = bytearray(written(path, subtype=subtype).read_bytes())
    at = content.index(b"data") + 4
    content[4:8], content[at : at + 4] = struct.pack("<I", riff), struct.pack("<I", data)
    path.write_bytes(content)
    return path


def flac_of_pipe(path):
    """A FLAC without a length or a checksum, as an encoder leaves it that cannot go back."""
    content = bytearray(written(path).read_bytes())
    content[21] &= 0xF0
    content[22:26], content[26:42] = bytes(4), bytes(16)
    path.write_bytes(content)
    return path


def cut(path, share=0.5):
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    return path


@pytest.mark.parametrize(
    ("name", "form", "subtype"),
    [
        *(("a.flac", None, "PCM_16"), ("a.flac", None, "PCM_24"), ("a.wav", None, "PCM_24")),
        *(("a.wav", None, "FLOAT"), ("a.wav", None, "DOUBLE"), ("a.wav", None, "ULAW")),
        *(("a.wav", "WAVEX", "PCM_16"), ("a.rf64", None, "PCM_16"), ("a.w64", None, "PCM_16")),
        *(("a.aiff", None, "PCM_16"), ("a.au", None, "PCM_16"), ("a.caf", None, "PCM_16")),
        *(("a.mp3", None, None), ("a.ogg", None, "VORBIS"), ("a.opus", "OGG", "OPUS")),
    ],
)
def test_every_kind_is_read_to_its_end(tmp_path, name, form, subtype):
    path = written(tmp_path / name, form, subtype)
    assert path.suffix in whole_audio.SUFFIXES
    assert whole_audio.check(path, "refuse") == (SAMPLES, RATE)
    assert audio.load(path, RATE).shape == (SAMPLES,)


@pytest.mark.parametrize("riff", [0, 36, 0x7FFFF024, 0x7FFFFFFF, 0xFFFFFFFF])
@pytest.mark.parametrize("data", [0, 0x7FFFF000, 0x80000000, 0xFFFFFFFF - 36, 0xFFFFFFFF])
@pytest.mark.parametrize("subtype", ["PCM_16", "FLOAT"])
def test_a_wav_whose_writer_left_its_sizes_open_is_read_to_its_end(tmp_path, riff, data, subtype):
    path = wav_of_pipe(tmp_path / "a.wav", riff, data, subtype)
    whole = written(tmp_path / "whole.wav", subtype=subtype)
    assert whole_audio.check(path, "refuse") == (SAMPLES, RATE)
    np.testing.assert_array_equal(audio.load(path, RATE), audio.load(whole, RATE))


def test_a_flac_without_a_length_is_read_to_its_end(tmp_path):
    path = flac_of_pipe(tmp_path / "a.flac")
    assert whole_audio.check(path, "refuse") == (SAMPLES, RATE)
    whole = audio.load(written(tmp_path / "whole.flac"), RATE)
    np.testing.assert_array_equal(audio.load(path, RATE), whole)


def test_what_is_really_cut_short_is_refused(tmp_path):
    files = {
        "flac": cut(written(tmp_path / "a.flac")),
        "flac of a pipe": cut(flac_of_pipe(tmp_path / "b.flac")),
        "wav": cut(written(tmp_path / "a.wav")),
        "wav by its data alone": cut(wav_of_pipe(tmp_path / "b.wav", 0xFFFFFFFF, 2 * SAMPLES)),
        "mp3": cut(written(tmp_path / "a.mp3")),
        "ogg": cut(written(tmp_path / "a.ogg", "OGG", "VORBIS"), 0.9),
        "opus": cut(written(tmp_path / "a.opus", "OGG", "OPUS"), 0.9),
    }
    for kind, path in files.items():
        assert "cut short" in whole_audio.check(path, "refuse"), kind
        with pytest.raises(UserError, match="cut short"):
            audio.load(path, RATE)


def test_a_wav_without_sound_is_no_placeholder(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, np.zeros(0), RATE)
    content = bytearray(path.read_bytes())
    note = b"LIST" + struct.pack("<I", 4) + b"INFO"
    content[4:8] = struct.pack("<I", len(content) + len(note) - 8)
    path.write_bytes(content + note)
    assert whole_audio.check(path, "refuse") == "holds no sound"


def test_what_stands_behind_the_sound_is_no_sound(tmp_path):
    path = written(tmp_path / "a.wav")
    content = bytearray(path.read_bytes())
    note = b"LIST" + struct.pack("<I", 4) + b"INFO"
    content[4:8] = struct.pack("<I", len(content) + len(note) - 8)
    path.write_bytes(content + note)
    assert whole_audio.check(path, "refuse") == (SAMPLES, RATE)
