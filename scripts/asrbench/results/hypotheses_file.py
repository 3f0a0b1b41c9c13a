"""The hypotheses of a variant as one file: shards put together, or why there are none."""

import json
from collections.abc import Iterable
from pathlib import Path

from asrbench.basics.errors import UserError
from asrbench.results.raw_files import read_json_lines

NOT_APPLICABLE = {"status": "not applicable", "reason": "random weights"}


def gather(shards: Iterable[str | Path], utterance_ids: Iterable[str], out: str | Path) -> None:
    """Write the lines of all shards as one file, in the order of the corpus.

    The order, and so the file, is the same however many shards there were.

    Raises:
        UserError: an utterance is in no shard, or in two.
    """
    lines: dict[str, dict] = {}
    for shard in shards:
        for line in read_json_lines(Path(shard)):
            if line["utterance_id"] in lines:
                raise UserError(f"{shard}: utterance {line['utterance_id']} is in two shards")
            lines[line["utterance_id"]] = line
    wanted = list(utterance_ids)
    missing = [utterance for utterance in wanted if utterance not in lines]
    if missing or len(lines) != len(wanted):
        other = missing or sorted(set(lines) - set(wanted))
        raise UserError(
            f"{out}: the shards are not of this corpus ({other[0]} and {len(other) - 1} more are "
            "in one and not in the other): remove the shards, and the workflow decodes them again"
        )
    _write(out, (lines[utterance] for utterance in wanted))


def write_not_applicable(out: str | Path) -> None:
    """The file of a variant that cannot have hypotheses: one line with the reason."""
    _write(out, [NOT_APPLICABLE])


def _write(out: str | Path, lines: Iterable[dict]) -> None:
    path = Path(out)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
