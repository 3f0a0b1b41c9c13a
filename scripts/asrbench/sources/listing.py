"""What speech on disk holds, utterance by utterance.

Every file is decoded to its end, since the header of a FLAC that was cut off
still announces the whole. Whatever cannot be used is listed with its reason.
"""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from asrbench.basics.paths import portable
from asrbench.basics.progress import Progress
from asrbench.sources import whole_audio
from asrbench.sources.corpus import UTTERANCE_COLUMNS, write_table
from asrbench.sources.layouts import catalogue
from asrbench.sources.whole_audio import Channels

REJECTED_COLUMNS = ["utterance_id", "path", "reason"]


@dataclass
class Listing:
    """What a corpus holds.

    Attributes:
        utterances: columns UTTERANCE_COLUMNS, sorted by utterance_id. ``path``
            is usable from the working directory; ``samples`` and
            ``sample_rate_hz`` are those of the file; ``text`` is as it stands
            in the corpus.
        rejected: columns REJECTED_COLUMNS, what cannot be used and why.
    """

    utterances: pd.DataFrame
    rejected: pd.DataFrame

    def summary(self) -> str:
        """How much was rejected, by reason, with the first of each; empty if nothing was."""
        if self.rejected.empty:
            return ""
        counts = Counter(reason.split(":")[0].split(";")[0] for reason in self.rejected["reason"])
        reasons = ", ".join(f"{count} × {reason}" for reason, count in counts.most_common(8))
        first = self.rejected.iloc[0]
        found = len(self.utterances) + len(self.rejected)
        return (
            f"{len(self.rejected)} of {found} cannot be used ({reasons}); "
            f"the first is {first['path']}: {first['reason']}"
        )

    def write(self, utterances: str | Path, rejected: str | Path) -> None:
        """Write both tables as CSV; the second is there even where nothing was rejected."""
        for table, path in ((self.utterances, utterances), (self.rejected, rejected)):
            write_table(table, path)


def list_corpus(
    root: str | Path, channels: Channels = "refuse", longest_s: float | None = None
) -> Listing:
    """List every utterance of a folder or manifest.

    An utterance is rejected, never dropped in silence, if its audio or its
    transcript line is missing, its id stands twice, its line holds no words,
    or its file is empty, damaged, cut short, too long, or has too many channels.

    Args:
        root: the folder, in a layout of :mod:`asrbench.sources.layouts`, or the manifest.
        channels: whether files with more than one channel are of use.
        longest_s: longest utterance that is of use; None: any.

    Raises:
        UserError: it cannot be read or has no layout that is known.
    """
    found = catalogue.scan(Path(os.path.abspath(root)))
    rows = []
    paired = list(found.pairs())
    for (utterance_id, path, text), checked in zip(paired, _checked(paired, channels), strict=True):
        if isinstance(checked, str):
            found.reject(utterance_id, path, checked)
            continue
        samples, rate = checked
        if longest_s is not None and samples > longest_s * rate:
            reason = f"is longer than speech.longest_s: {samples / rate:.1f} s, not {longest_s:g} s"
            found.reject(utterance_id, path, f"{reason}; cut it, or set speech.longer: cut")
            continue
        sound = (portable(path), samples, rate, samples / rate)
        rows.append((utterance_id, found.speaker(utterance_id), *sound, text))
    rejected = pd.DataFrame(sorted(found.rejected), columns=REJECTED_COLUMNS)
    return Listing(pd.DataFrame(sorted(rows), columns=UTTERANCE_COLUMNS), rejected)


def _checked(paired: list[tuple[str, Path, str]], channels: Channels):
    """Yield what whole_audio says of each file, in their order, with progress."""
    # libsndfile decodes outside Python's lock, so threads do share the work.
    pool = ThreadPoolExecutor(os.cpu_count())
    try:
        with Progress("reading speech", len(paired), "files") as progress:
            answers = pool.map(lambda pair: whole_audio.check(pair[1], channels), paired)
            for number, answer in enumerate(answers, 1):
                progress.at(number)
                yield answer
    finally:
        pool.shutdown(cancel_futures=True)  # or Ctrl-C would wait for all the files to come
