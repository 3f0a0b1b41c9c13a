import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
from asrbench.basics.errors import UserError
from asrbench.sources import corpus
from asrbench.sources.layouts.found import parse_line
from asrbench.sources.listing import list_corpus
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

# A busy machine must not fail a test.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"
REAL_SPEECH = Path(__file__).resolve().parents[2] / "shared" / "data" / "LibriSpeech"


def add_chapter(root, speaker, chapter, texts, suffix=".flac", rate=16000, lines=None):
    """Write a chapter of noise with a transcript; returns its folder."""
    folder = root / "test-clean" / speaker / chapter
    folder.mkdir(parents=True)
    noise = np.random.default_rng(int(speaker))
    for i, _ in enumerate(texts):
        sound = noise.normal(0, 0.1, 4000 + 1000 * i)
        soundfile.write(folder / f"{speaker}-{chapter}-{i:04}{suffix}", sound, rate)
    lines = lines or [f"{speaker}-{chapter}-{i:04} {text}\n" for i, text in enumerate(texts)]
    (folder / f"{speaker}-{chapter}.trans.txt").write_text("".join(lines), encoding="utf-8")
    return folder


def rejected(listing):
    rows = listing.rejected.itertuples()
    return {row.utterance_id: (Path(row.path).name, row.reason) for row in rows}


def test_a_corpus_is_listed_as_it_is_on_disk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    add_chapter(tmp_path / "speech", "19", "7", ["ONE, TWO", "NULL"])
    add_chapter(tmp_path / "speech", "2", "1", ["C'EST «ÇA»"], ".wav", 44100)
    listing = list_corpus("speech")
    assert listing.rejected.empty
    assert listing.summary() == ""
    assert listing.utterances.values.tolist() == [
        ["19-7-0000", "19", "speech/test-clean/19/7/19-7-0000.flac", 4000, 16000, 0.25, "ONE, TWO"],
        ["19-7-0001", "19", "speech/test-clean/19/7/19-7-0001.flac", 5000, 16000, 0.3125, "NULL"],
        [
            "2-1-0000",
            "2",
            "speech/test-clean/2/1/2-1-0000.wav",
            4000,
            44100,
            4000 / 44100,
            "C'EST «ÇA»",
        ],
    ]


def test_tables_come_back_from_the_disk_as_they_were(tmp_path):
    add_chapter(tmp_path / "speech", "0019", "7", ["NULL", 'A "B", C', "NA"])
    listing = list_corpus(tmp_path / "speech")
    listing.write(tmp_path / "d" / "u.csv", tmp_path / "d" / "r.csv")
    read = pd.DataFrame(corpus.read(tmp_path / "d" / "u.csv"))
    pd.testing.assert_frame_equal(read, listing.utterances)
    assert (tmp_path / "d" / "r.csv").read_text() == "utterance_id,path,reason\n"


def test_a_path_outside_the_working_directory_is_absolute(tmp_path, monkeypatch):
    add_chapter(tmp_path / "speech", "1", "1", ["A"])
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert os.path.isabs(list_corpus("../speech").utterances["path"][0])


def test_whatever_cannot_be_used_is_listed_with_its_reason(tmp_path):
    folder = add_chapter(tmp_path, "1", "1", list("ABCDEFGH"))
    file = {i: folder / f"1-1-000{i}.flac" for i in range(8)}
    file[1].unlink()
    file[2].write_bytes(b"")
    file[3].write_bytes(file[3].read_bytes()[: file[3].stat().st_size // 2])
    soundfile.write(file[4], np.zeros((800, 2)), 16000)
    file[5].write_text("this is no sound")
    soundfile.write(file[6].with_suffix(".wav"), np.zeros(0), 16000)
    file[6].unlink()
    soundfile.write(folder / "1-1-0008.flac", np.zeros(800), 16000)
    soundfile.write(folder / "1-1-0009.flac", np.zeros(800), 16000)
    soundfile.write(folder / "1-1-0010.flac", np.zeros(800), 16000)
    with (folder / "1-1.trans.txt").open("a") as transcript:
        transcript.write("1-1-0009 \n\n1-1-0010 A\0B\n")
    listing = list_corpus(tmp_path)
    assert listing.utterances["utterance_id"].tolist() == ["1-1-0000", "1-1-0007"]
    found = rejected(listing)
    assert found["1-1-0001"] == ("1-1.trans.txt", "transcript line without audio")
    assert found["1-1-0002"] == ("1-1-0002.flac", "the file is empty (0 bytes)")
    assert "damaged or cut short" in found["1-1-0003"][1]
    assert "has 2 channels" in found["1-1-0004"][1]
    assert "cannot be decoded" in found["1-1-0005"][1]
    assert found["1-1-0006"] == ("1-1-0006.wav", "holds no sound")
    assert found["1-1-0008"] == ("1-1-0008.flac", "audio without a transcript line")
    assert found["1-1-0009"] == ("1-1-0009.flac", "transcript line without words")
    assert found["1-1-0010"] == ("1-1-0010.flac", "transcript line with a control character")
    assert len(found) == 9
    assert listing.summary().startswith("9 of 11 cannot be used (")


def test_stereo_is_of_use_where_it_may_be_mixed(tmp_path):
    folder = add_chapter(tmp_path, "1", "1", ["A"])
    soundfile.write(folder / "1-1-0000.flac", np.zeros((800, 2)), 8000)
    row = list_corpus(tmp_path, "mix").utterances.iloc[0]
    assert (row["samples"], row["sample_rate_hz"], row["duration_s"]) == (800, 8000, 0.1)


def test_a_truncated_wav_is_noticed_though_its_decoder_does_not(tmp_path):
    folder = add_chapter(tmp_path, "1", "1", ["A", "B"], ".wav")
    file = folder / "1-1-0000.wav"
    file.write_bytes(file.read_bytes()[:4000])
    assert soundfile.info(file).frames < 4000
    found = rejected(list_corpus(tmp_path))
    assert "4044 bytes fewer than its header announces" in found["1-1-0000"][1]


def test_an_utterance_id_that_stands_twice_is_used_from_neither_place(tmp_path):
    folder = add_chapter(tmp_path, "1", "1", ["A", "B", "C"])
    (folder / "1-1-0000.flac").rename(folder / "keep")
    soundfile.write(folder / "1-1-0000.wav", np.zeros(800), 16000)
    (folder / "keep").rename(folder / "1-1-0000.flac")
    with (folder / "1-1.trans.txt").open("a") as transcript:
        transcript.write("1-1-0001 B AGAIN\n")
    listing = list_corpus(tmp_path)
    assert listing.utterances["utterance_id"].tolist() == ["1-1-0002"]
    ids = listing.rejected["utterance_id"].tolist()
    assert ids == ["1-1-0000", "1-1-0000", "1-1-0001"]
    assert "2 audio files, 1 transcript lines" in listing.rejected["reason"][0]


def test_a_transcript_that_is_no_text_is_listed_and_so_is_its_audio(tmp_path):
    folder = add_chapter(tmp_path, "1", "1", ["A"])
    (folder / "1-1.trans.txt").write_bytes(b"1-1-0000 \xff\xfe\n")
    reasons = list_corpus(tmp_path).rejected["reason"].tolist()
    assert reasons == ["this transcript is not UTF-8 text", "audio without a transcript line"]


def test_links_are_followed_once_and_hidden_files_are_no_speech(tmp_path):
    folder = add_chapter(tmp_path / "real", "1", "1", ["A"])
    (folder / "._1-1-0000.flac").write_text("what another system leaves beside a file")
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "split").symlink_to(tmp_path / "real")
    (folder / "loop").symlink_to(tmp_path / "real")
    listing = list_corpus(tmp_path / "corpus")
    assert len(listing.utterances) == 1
    assert listing.rejected.empty


def test_a_folder_without_speech_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"LibriSpeech's layout"):
        list_corpus(tmp_path)
    with pytest.raises(UserError, match="is not a folder"):
        list_corpus(tmp_path / "absent")


def test_a_table_that_is_none_is_refused(tmp_path):
    with pytest.raises(UserError, match="no such table"):
        corpus.read(tmp_path / "u.csv")
    (tmp_path / "u.csv").write_text("")
    with pytest.raises(UserError, match="is empty"):
        corpus.read(tmp_path / "u.csv")
    (tmp_path / "u.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UserError, match="must have the columns"):
        corpus.read(tmp_path / "u.csv")


ids = st.from_regex(r"[0-9A-Za-z_.-]{1,20}", fullmatch=True)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0")).map(
    lambda text: text.lstrip(" \t")
)


@unhurried
@given(ids, texts, st.sampled_from(["", "\n", "\r\n"]))
def test_a_transcript_line_gives_back_id_and_text(utterance_id, text, end):
    assert parse_line(f"{utterance_id} {text}{end}") == (utterance_id, text)


@unhurried
@given(st.text())
def test_no_line_breaks_the_parser_or_gives_an_id_with_a_space(line):
    utterance_id, text = parse_line(line)
    assert " " not in utterance_id
    assert utterance_id in line
    assert text in line


@unhurried
@given(texts)
def test_any_text_survives_the_table(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("table") / "u.csv"
    row = ["0001", "01", "a b,c.flac", 1, 16000, 1 / 16000, text]
    corpus.write_table(pd.DataFrame([row], columns=corpus.UTTERANCE_COLUMNS), path)
    assert [list(one) for one in corpus.read(path)] == [row]


def run(script, *arguments, cwd):
    return subprocess.run(
        [sys.executable, SCRIPTS / script, *arguments], cwd=cwd, capture_output=True, text=True
    )


def test_the_programs_lead_from_a_folder_to_a_sample(tmp_path):
    folder = add_chapter(tmp_path / "speech", "1", "1", list("ABCD"))
    (folder / "1-1-0003.flac").unlink()
    study = {
        "name": "t",
        "speech": {"name": "noise", "path": "speech"},
        "models": [{"name": "m", "source": "absent"}],
        "latency": {"utterances": 2},
    }
    (tmp_path / "c.json").write_text(json.dumps(study))
    config = ("--config", "c.json")
    assert run("fetch_speech.py", *config, cwd=tmp_path).returncode == 0
    manifest = "resources/speech/noise/speech.json"
    assert json.loads((tmp_path / manifest).read_text())["root"] == "speech"
    listed = run("list_utterances.py", *config, "--speech", manifest, cwd=tmp_path)
    assert listed.returncode == 0
    assert listed.stderr.startswith("warning: 1 of 4 cannot be used")
    assert run("draw_sample.py", *config, cwd=tmp_path).returncode == 0
    assert len(corpus.read(tmp_path / "results/data/sample.csv")) == 2
    drawn = run("draw_sample.py", *config, "--count", "9", cwd=tmp_path)
    assert "the corpus has 3: all are taken" in drawn.stdout


def test_a_corpus_of_which_nothing_is_left_is_an_error_and_leaves_no_table(tmp_path):
    folder = add_chapter(tmp_path / "speech", "1", "1", ["A"])
    (folder / "1-1-0000.flac").write_bytes(b"")
    listed = run("list_utterances.py", "--folder", "speech", "--channels", "mix", cwd=tmp_path)
    assert listed.returncode == 1
    assert listed.stderr.count("\n") == 1
    assert "no utterance can be used: 1 of 1" in listed.stderr
    assert os.listdir(tmp_path / "results/data") == ["rejected.csv"]


@pytest.mark.skipif(not REAL_SPEECH.is_dir(), reason="no real speech beside the repository")
def test_real_speech_is_listed_whole():
    listing = list_corpus(REAL_SPEECH)
    assert listing.rejected.empty
    assert set(listing.utterances["sample_rate_hz"]) == {16000}
    assert listing.utterances["duration_s"].between(1, 40).all()


def test_cells_are_read_as_they_were_written_and_a_row_that_is_none_is_told(tmp_path):
    """Ids and texts that pandas or a spreadsheet would take for something else, and two rates."""
    rows = [
        ("0001", "=1", "a,b.wav", 320, 16000, 0.02, "NULL"),
        ("x", "", "é\n", 7, 8000, 1e-3, ""),
    ]
    table = pd.DataFrame(rows, columns=corpus.UTTERANCE_COLUMNS)
    corpus.write_table(table, tmp_path / "u.csv")
    assert corpus.read(tmp_path / "u.csv") == rows
    heading = ",".join(corpus.UTTERANCE_COLUMNS)
    for row, words in (
        ("a,b,c,3,16000,nan,x", r"line 2: duration_s is 'nan', not a number above 0; remove it"),
        ("a,b,c,3,16000,1,x,y", r"line 2: has 8 cells under 7 columns; remove it"),
        ("", r"holds no utterance"),
    ):
        (tmp_path / "u.csv").write_text(f"{heading}\n{row}\n")
        with pytest.raises(UserError, match=words):
            corpus.read(tmp_path / "u.csv")


def test_what_measures_imports_no_pandas():
    stages = ("batch", "frames", "latency", "streaming", "threads")
    modules = [*(f"stages.{stage}" for stage in stages), "energy", "decode", "shards", "pilot"]
    names = ", ".join(f"asrbench.measure.{module}" for module in modules)
    imported = f"import sys, {names}; print('pandas' in sys.modules)"
    program = [sys.executable, "-c", imported]
    told = subprocess.run(program, cwd=SCRIPTS, check=True, capture_output=True, text=True).stdout
    assert told == "False\n"
