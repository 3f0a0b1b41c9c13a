"""YAML files, read so that nothing in them means what its writer did not see.

YAML 1.1, as PyYAML reads it, takes the last of two equal keys, 010 for 8 and
1:30 for 90, and lets a few lines of anchors stand for more nodes than memory
holds. Here each of these is refused with its line.
"""

import re
from pathlib import Path

import yaml

from asrbench.basics.errors import UserError

# Written in C where the system's libyaml is there: a list of 5,000 tokens then takes no second.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_DEEPEST = 50
_LONGEST_NUMBER = 100
_TAG = "tag:yaml.org,2002:"
_TRAP = re.compile(r"[-+]?0[0-9_]+|.*:.*")  # octal, and sexagesimal


def read(path: Path) -> dict:
    """The mapping of a file.

    Raises:
        UserError: it is none, or holds what would be misread; with the line.
        FileNotFoundError: where there is no such file.
    """
    try:
        text = path.read_text(encoding="utf-8")
        _refuse_growth(text, path)
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            if node is not None:
                _refuse_traps(node, path)
            content = node and loader.construct_document(node)
        finally:
            loader.dispose()
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: is not YAML: {error}") from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise UserError(f"{path}: is not YAML: {' '.join(str(error).split())[:300]}") from None
    if not isinstance(content, dict):
        raise UserError(f"{path}: holds no keys; it must be a YAML mapping such as config.yaml")
    return content


def _refuse_growth(text: str, path: Path) -> None:
    """Refuse references, tags and deep nesting before a tree is made of the text."""
    depth = 0
    for event in yaml.parse(text, _Loader):
        if isinstance(event, yaml.AliasEvent):
            _refuse(path, event, f"*{event.anchor} repeats what stands elsewhere; write it out")
        if getattr(event, "tag", None):
            _refuse(path, event, f"{event.tag:.80}: tags are not read; leave it out")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            _refuse(path, event, f"is nested more than {_DEEPEST} deep; no configuration is")


def _refuse_traps(node: yaml.Node, path: Path) -> None:
    if isinstance(node, yaml.SequenceNode):
        for entry in node.value:
            _refuse_traps(entry, path)
    elif isinstance(node, yaml.MappingNode):
        lines: dict[tuple[str, str], int] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                _refuse(path, key, "a key must be a word")
            name = (key.tag, key.value)
            if name in lines:
                _refuse(path, key, f"{key.value!r:.80} stands in line {lines[name]} too; keep one")
            lines[name] = key.start_mark.line + 1
            _refuse_traps(key, path)
            _refuse_traps(value, path)
    elif node.tag == f"{_TAG}timestamp":
        node.tag = f"{_TAG}str"  # nothing here is a date, and not every date can be made
    elif node.tag in (f"{_TAG}int", f"{_TAG}float"):
        if len(node.value) > _LONGEST_NUMBER:
            _refuse(path, node, f"{node.value[:20]}… has more than {_LONGEST_NUMBER} digits")
        if _TRAP.fullmatch(node.value):
            meant = yaml.safe_load(node.value)
            told = f"{node.value} would be read as {meant}; write that, or put it in quotes"
            _refuse(path, node, told)


def _refuse(path: Path, where: yaml.Node | yaml.Event, what: str) -> None:
    raise UserError(f"{path}: line {where.start_mark.line + 1}: {what}")
