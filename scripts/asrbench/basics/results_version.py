"""Versions of this project, and of the layout of files and columns that it writes."""

from asrbench.basics.errors import UserError

PROJECT = "0.2.0"
VERSION = 1  # of the layout; device.json says it
READABLE = (1,)


def check(device: dict, whose: str) -> int:
    """The version that a device.json names.

    Args:
        device: its content.
        whose: what the user called the folder.

    Raises:
        UserError: for a version that cannot be read, or none, and as :func:`check_shape` does.
    """
    check_shape(device, whose)
    found = device.get("results_version")
    if found in READABLE and not isinstance(found, bool):
        return found
    told = "names no results_version" if found is None else f"has results_version {found!r}"
    known = ", ".join(map(str, READABLE))
    raise UserError(
        f"{whose}: its device.json {told}; this program reads {known}: make its tables again with "
        "this version of the project, or compare with the version that made them"
    )


def check_shape(device: dict, whose: str) -> None:
    """Refuse a device.json whose ``versions`` are not those of packages, by name."""
    versions = device.get("versions")
    if versions is not None and not isinstance(versions, dict):
        raise UserError(
            f"{whose}: its device.json has versions {str(versions)[:40]!r}, which must be a block "
            "of packages and their versions; remove it, and the workflow makes it again"
        )
