"""Bring the corpus onto the disk: a folder in place, or an archive, fetched and unpacked.

Writes the manifest speech.json into the folder --out.
"""

import argparse
from pathlib import Path

from asrbench.basics import errors
from asrbench.sources import speech_source
from asrbench.study import config


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--config", required=True, help="the study's configuration")
    parser.add_argument("--out", help="folder for all that is fetched [resources/speech/<name>]")
    parser.add_argument(
        "--path", help="a folder, manifest or archive on disk, in place of speech.path"
    )
    arguments = parser.parse_args()

    speech = config.load(arguments.config).speech
    folder = Path(arguments.out or Path("resources/speech") / speech.name)
    manifest = speech_source.fetch(speech, folder, arguments.path)
    print(f"speech {speech.name}: {manifest['root']} ({folder / speech_source.MANIFEST})")


if __name__ == "__main__":
    errors.run(main)
