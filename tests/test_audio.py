import numpy as np
import pytest
import soundfile
from asrbench.basics.errors import UserError
from asrbench.sources.audio import join_to_length, load, resampled_length


def tone(rate, seconds=1.0, hz=440.0):
    return (0.5 * np.sin(2 * np.pi * hz * np.arange(int(rate * seconds)) / rate)).astype("float32")


def test_a_file_of_the_right_rate_is_read_as_it_is(tmp_path):
    noise = np.random.default_rng(0).integers(-3000, 3000, 16000).astype("int16")
    soundfile.write(tmp_path / "a.flac", noise, 16000)
    waveform = load(tmp_path / "a.flac", 16000)
    assert waveform.dtype == np.float32
    np.testing.assert_array_equal(waveform * 32768, noise)


@pytest.mark.parametrize("rate", [8000, 44100])
def test_other_rates_are_resampled_and_keep_their_pitch(tmp_path, rate):
    soundfile.write(tmp_path / "a.wav", tone(rate), rate)
    waveform = load(tmp_path / "a.wav", 16000)
    assert (waveform.dtype, waveform.shape) == (np.float32, (16000,))
    np.testing.assert_allclose(waveform[1000:-1000], tone(16000)[1000:-1000], atol=2e-3)


def test_a_resampled_file_is_never_shorter_than_announced(tmp_path):
    for samples in (1, 999, 44100 // 3 + 1):
        soundfile.write(tmp_path / "a.wav", tone(44100)[:samples], 44100)
        assert len(load(tmp_path / "a.wav", 16000)) >= resampled_length(samples, 44100, 16000)


def test_stereo_is_refused_or_mixed(tmp_path):
    left, right = tone(16000), tone(16000, hz=880)
    soundfile.write(tmp_path / "a.wav", np.stack([left, right], axis=1), 16000, subtype="FLOAT")
    with pytest.raises(UserError, match=r"2 channels.*speech\.channels to mix"):
        load(tmp_path / "a.wav", 16000)
    np.testing.assert_allclose(load(tmp_path / "a.wav", 16000, "mix"), (left + right) / 2)


def test_files_without_usable_sound_are_told_apart(tmp_path):
    path = tmp_path / "a.flac"
    with pytest.raises(UserError, match="no such file"):
        load(path, 16000)
    path.touch()
    with pytest.raises(UserError, match="0 bytes"):
        load(path, 16000)
    path.write_text("no sound at all")
    with pytest.raises(UserError, match="cannot be decoded"):
        load(path, 16000)
    with pytest.raises(UserError, match="is not a file"):
        load(tmp_path, 16000)
    soundfile.write(path, np.random.default_rng(0).normal(0, 0.1, 32000), 16000)
    path.write_bytes(path.read_bytes()[:20000])
    with pytest.raises(UserError, match="cut short"):
        load(path, 16000)
    soundfile.write(tmp_path / "a.wav", np.zeros(0), 16000)
    with pytest.raises(UserError, match="holds no sound"):
        load(tmp_path / "a.wav", 16000)
    soundfile.write(tmp_path / "a.wav", np.full(9, np.nan), 16000, subtype="FLOAT")
    with pytest.raises(UserError, match="not numbers"):
        load(tmp_path / "a.wav", 16000)


def test_speech_is_joined_and_cut_to_the_sample():
    pieces = [np.arange(5, dtype=np.float32), np.arange(3, dtype=np.float32)]
    for samples in range(1, 9):
        joined = join_to_length(pieces, samples)
        np.testing.assert_array_equal(joined, [0, 1, 2, 3, 4, 0, 1, 2][:samples])
        assert joined.dtype == np.float32
    with pytest.raises(ValueError, match="do not reach 9"):
        join_to_length(pieces, 9)
    with pytest.raises(ValueError, match="0 samples"):
        join_to_length(pieces, 0)
