"""The code that a job runs as one digest, so that an edit reruns what uses it and no more.

Comments, docstrings and layout do not count: they change no result.
"""

import ast
import hashlib
import os
from functools import cache
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[2]
_DATA = (".csv", ".html", ".css", ".js")
# What reads the configuration. What it makes of one is described in each rule's parameters.
_PARSER = {
    SCRIPTS / f"asrbench/study/{name}.py"
    for name in (
        *("config", "config_block", "config_errors", "compare_list", "command_line_config"),
        *("energy_settings", "model_settings", "streaming_settings", "sweep_settings"),
        "upstream_settings",
    )
}


def program(script: str) -> str:
    """The path of a script from the working directory, so that a project can be moved."""
    return os.path.relpath(SCRIPTS / script)


@cache
def of(script: str, *modules: str) -> str:
    """One digest of a script and of every module of the package that it imports, directly or not.

    Args:
        script: file name of a script, such as ``make_table.py``.
        modules: what it imports by a name that it is given, such as ``asrbench.tables.wer``.
    """
    whole = hashlib.sha256()
    for file in files(script, *modules):
        whole.update(f"{file.relative_to(SCRIPTS).as_posix()} {_digest(file)}\n".encode())
    return whole.hexdigest()[:16]


def files(script: str, *modules: str) -> list[Path]:
    """The files behind :func:`of`, sorted.

    A data file that stands beside a module under the same name belongs to it. The parser
    of the configuration does not: a message of it that is reworded must not measure again.
    """
    found: set[Path] = set()
    ahead = {SCRIPTS / script}.union(*map(_files_of, modules))
    while ahead:
        found |= ahead
        ahead = set().union(*map(_imported, ahead)) - found
    besides = {file.with_suffix(ending) for file in found for ending in _DATA}
    return sorted((found | {file for file in besides if file.exists()}) - _PARSER)


@cache
def _imported(file: Path) -> frozenset[Path]:
    """The package's files that one file imports itself, wherever in it the import stands."""
    names: set[str] = set()
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.Import):
            names |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
    return frozenset[Path]().union(*map(_files_of, names))


@cache
def _files_of(module: str) -> frozenset[Path]:
    """The files that Python runs for a name; none for one outside the package, or no module's."""
    parts = module.split(".")
    places = [SCRIPTS.joinpath(*parts[:length]) for length in range(1, len(parts) + 1)]
    files = [file for place in places for file in (place / "__init__.py", place.with_suffix(".py"))]
    return frozenset(file for file in files if file.is_file())


@cache
def _digest(file: Path) -> str:
    content = ast.dump(_tree(file)).encode() if file.suffix == ".py" else file.read_bytes()
    return hashlib.sha256(content).hexdigest()


@cache
def _tree(file: Path) -> ast.AST:
    """What a file says, without its docstrings."""
    tree = ast.parse(file.read_bytes())
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        # A script shows its own docstring as its help; it changes no result either.
        if isinstance(body, list) and body and _is_text(body[0]):
            del body[0]
    return tree


def _is_text(node: ast.AST) -> bool:
    value = getattr(node, "value", None)
    return (
        isinstance(node, ast.Expr) and isinstance(value, ast.Constant) and type(value.value) is str
    )
