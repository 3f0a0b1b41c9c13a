"""Turns pydantic's findings about a configuration into one plain line each."""

import difflib
import typing

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails


def explain(error: ValidationError, origin: str, root: type[BaseModel]) -> list[str]:
    """One line a finding: origin, key, value given, what is allowed.

    Args:
        error: what pydantic raised.
        origin: the file, as the user named it.
        root: the model that was validated, whose fields are offered for unknown keys.
    """
    problems: dict[str, list[str]] = {}
    for finding in error.errors():
        found = problems.setdefault(_key(finding["loc"]), [])
        problem = _problem(finding, root)
        if not found:
            found.append(problem)
        elif " must " in problem:  # another branch of a union, whose value was named already
            found.append(problem.partition(" must ")[2])
    return [f"{origin}: {key}: {', or '.join(found)}" for key, found in problems.items()]


def _key(location: tuple) -> str:
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part.startswith(("constrained-", "literal[", "function-")) or part in ("int", "float"):
            continue  # a branch of a union, which is pydantic's word and not a key
        else:
            text += f".{part}" if text else part
    return text or "(top level)"


def _problem(finding: ErrorDetails, root: type[BaseModel]) -> str:
    kind, given, context = finding["type"], finding["input"], finding.get("ctx", {})
    if kind == "extra_forbidden":
        known = _fields_at(root, finding["loc"][:-1])
        near = difflib.get_close_matches(str(finding["loc"][-1]), known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known keys are {', '.join(known)}"
        return f"unknown key; {hint}"
    if kind == "missing":
        return "is missing; add it (config.yaml shows a complete example)"
    if kind == "value_error":
        reason = str(context["error"])
        return reason if isinstance(given, (dict, list)) else f"{given!r} {reason}"
    allowed = {
        "greater_than_equal": "must be at least {ge}",
        "greater_than": "must be more than {gt}",
        "less_than_equal": "must be at most {le}",
        "literal_error": "must be {expected}",
        "int_type": "must be a whole number",
        "float_type": "must be a number",
        "string_type": "must be text (put it in quotes if it looks like a number)",
        "bool_type": "must be true or false",
        "list_type": "must be a list",
        "model_type": "must be a block of keys",
        "too_short": "must hold at least {min_length}",
        "string_too_short": "must not be empty",
        "string_too_long": "must be at most {max_length} characters",
        "string_pattern_mismatch": "must match {pattern}",
    }.get(kind)
    allowed = allowed.format(**context) if allowed else finding["msg"]
    return f"{given!r} {allowed}"


def _fields_at(model: type[BaseModel], location: tuple) -> list[str]:
    for part in location:
        if isinstance(part, int):
            continue
        field = model.model_fields.get(part)
        if field is None:
            break
        blocks = _blocks_in(field.annotation)
        if not blocks:
            break
        model = blocks[0]
    return list(model.model_fields)


def _blocks_in(annotation: object) -> list[type[BaseModel]]:
    """The blocks that a field may hold, alone or in a list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [block for part in typing.get_args(annotation) for block in _blocks_in(part)]
