"""Speech of one's own: manifests, Kaldi's folder and LibriSpeech's layout, by what is there."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from asrbench.basics.errors import UserError
from asrbench.sources import speech_source
from asrbench.sources.listing import list_corpus
from asrbench.study.config import Speech
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("clips/a.wav", "clips/b c.flac", "d.ogg"):
        Path(name).parent.mkdir(exist_ok=True)
        soundfile.write(name, np.random.default_rng(0).normal(0, 0.1, 8000), 16000)
    return tmp_path


def rows(listing):
    columns = ["utterance_id", "speaker", "path", "samples", "text"]
    return listing.utterances[columns].values.tolist()


def reasons(listing):
    return dict(listing.rejected[["utterance_id", "reason"]].values.tolist())


def test_a_csv_lists_files_relative_to_itself(here):
    Path("clips/mine.csv").write_text(
        'path,text,speaker,duration\na.wav,"One, two",ann,\nb c.flac,Zwei,,1\n../d.ogg,drei,bob,1\n'
    )
    listing = list_corpus("clips/mine.csv")
    assert listing.rejected.empty
    assert rows(listing) == [
        ["../d.ogg", "bob", "d.ogg", 8000, "drei"],
        ["a.wav", "ann", "clips/a.wav", 8000, "One, two"],
        ["b c.flac", "", "clips/b c.flac", 8000, "Zwei"],
    ]


def test_json_lines_and_a_manifest_in_a_folder_are_the_same(here):
    lines = [
        {"utterance_id": "u1", "path": "clips/a.wav", "text": "EIN\nWORT", "speaker": 7},
        {"audio_filepath": str(here / "d.ogg"), "text": "nemo", "duration": 0.5},
    ]
    Path("manifest.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n\n")
    expected = [
        [str(here / "d.ogg"), "", "d.ogg", 8000, "nemo"],
        ["u1", "7", "clips/a.wav", 8000, "EIN WORT"],
    ]
    assert rows(list_corpus("manifest.jsonl")) == expected
    assert rows(list_corpus(".")) == expected


def test_rows_of_a_manifest_that_are_of_no_use_are_told_and_the_others_listed(here):
    Path("own.mp4").write_bytes(b"\0\0\0\x20ftypM4A " + bytes(64))
    lines = [
        '{"path": "d.ogg", "text": "fine"}',
        "{",
        "[1]",
        '{"text": "no path"}',
        '{"path": "absent.wav", "text": "x"}',
        '{"path": "clips/a.wav", "text": " "}',
        '{"path": "own.mp4", "text": "x"}',
        '{"path": "a.raw", "text": "x"}',
        '{"path": "\\ud800", "text": "x"}',
        '{"utterance_id": "twice", "path": "clips/a.wav", "text": "x"}',
        '{"utterance_id": "twice", "path": "d.ogg", "text": "x"}',
    ]
    Path("m.json").write_text("\n".join(lines))
    listing = list_corpus("m.json")
    assert [row[0] for row in rows(listing)] == ["d.ogg"]
    told = sorted(listing.rejected["reason"])
    expected = [
        "cannot be decoded (Format not recognised); convert it to FLAC",
        "has no header to say its rate",
        *("line 2 is no JSON", "line 3 is no JSON object", "line 4 names no file in path"),
        "line 9 holds half a character",
        *["the utterance id stands twice: 2 audio files, 2 transcript lines"] * 2,
        *("there is no such file", "transcript line without words"),
    ]
    assert len(told) == len(expected)
    for reason, start in zip(told, expected, strict=True):
        assert reason.startswith(start)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("file,words\na.wav,x\n", "first line is 'file,words'.*needs the columns path and text"),
        ("", "needs the columns path and text"),
        ('path,text\na.wav,"x\n', "line .* is no CSV"),
        (b"path,text\na.wav,\xff\n", "is not UTF-8 text"),
    ],
)
def test_a_csv_that_is_no_manifest_is_refused_in_one_line(here, content, line):
    Path("m.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UserError, match=line) as raised:
        list_corpus("m.csv")
    assert "\n" not in str(raised.value)


def kaldi(folder, **files):
    folder.mkdir()
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_text(content)


def test_kaldis_folder(here):
    kaldi(
        here / "data",
        wav_scp="u1 ../clips/a.wav\nu2 ../clips/b c.flac\nu3 ../d.ogg\n",
        text="u1 ONE TWO\nu2 ТРИ\nu4 FOUR\n",
        utt2spk="u1 ann\nu2 bob\n",
    )
    listing = list_corpus("data")
    assert rows(listing) == [
        ["u1", "ann", "clips/a.wav", 8000, "ONE TWO"],
        ["u2", "bob", "clips/b c.flac", 8000, "ТРИ"],
    ]
    assert reasons(listing) == {
        "u3": "audio without a transcript line",
        "u4": "transcript line without audio",
    }


def test_no_command_of_kaldis_is_run(here):
    kaldi(
        here / "data",
        wav_scp="u1 touch pwned |\nu2 ../d.ogg\nu3 cat ../d.ogg | sox - -t wav - |  \n",
        text="u1 A\nu2 B\nu3 C\n",
    )
    listing = list_corpus("data")
    assert [row[0] for row in rows(listing)] == ["u2"]
    assert set(reasons(listing)) == {"u1", "u3"} and len(listing.rejected) == 2
    assert all("none is run" in reason for reason in reasons(listing).values())
    assert not list(here.rglob("pwned"))


def test_segments_two_lists_and_sound_without_texts_are_refused_in_one_line(here):
    kaldi(here / "data", wav_scp="r ../d.ogg\n", text="u A\n", segments="u r 0 0.2\n")
    kaldi(here / "both", wav_scp="u ../d.ogg\n", text="u A\n", manifest_csv="path,text\n")
    for place, line in (
        ("data", "parts of recordings are not read"),
        ("both", r"holds wav.scp and manifest.csv"),
        ("clips", "sound files and no texts of them; speech.path must be a manifest .* Kaldi"),
    ):
        with pytest.raises(UserError, match=line) as raised:
            list_corpus(place)
        assert "\n" not in str(raised.value)


def test_librispeechs_layout_with_other_forms_tells_the_true_reason(here):
    folder = here / "corpus/1/1"
    folder.mkdir(parents=True)
    noise = np.random.default_rng(0).normal(0, 0.1, 8000)
    soundfile.write(folder / "1-1-0005.ogg", noise, 16000)
    (folder / "1-1-0006.m4a").write_bytes(b"\0\0\0\x20ftypM4A " + bytes(64))
    (folder / "1-1.trans.txt").write_text("1-1-0005 FIVE\n1-1-0006 SIX\n1-1-0007 SEVEN\n")
    listing = list_corpus("corpus")
    assert rows(listing) == [["1-1-0005", "1", "corpus/1/1/1-1-0005.ogg", 8000, "FIVE"]]
    assert "convert it to FLAC" in reasons(listing)["1-1-0006"]
    assert reasons(listing)["1-1-0007"] == "transcript line without audio"


def test_a_manifest_is_a_source_and_its_content_is_noted(here):
    Path("m.csv").write_text("path,text\nd.ogg,x\n")
    noted = speech_source.fetch(Speech(name="mine", path="m.csv"), "out")
    assert (noted["kind"], noted["root"]) == ("manifest", "m.csv")
    Path("m.csv").write_text("path,text\nd.ogg,y\n")
    assert speech_source.fetch(Speech(name="mine", path="m.csv"), "out") != noted


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from(["m.csv", "m.jsonl"]), st.binary(max_size=60) | st.text().map(str.encode))
def test_no_manifest_breaks_the_reader(here, name, content):
    Path(name).write_bytes(content if name == "m.jsonl" else b"path,text\n" + content)
    try:
        listing = list_corpus(name)
    except UserError as error:
        assert "\n" not in str(error)
    else:
        listing.write("u.csv", "r.csv")


def test_a_text_beside_a_missing_file_is_no_sound(here):
    folder = here / "corpus/1/1"
    folder.mkdir(parents=True)
    (folder / "1-1-0001.txt").write_text("ONE")
    (folder / "1-1.trans.txt").write_text("1-1-0001 ONE\n")
    assert reasons(list_corpus("corpus")) == {"1-1-0001": "transcript line without audio"}
