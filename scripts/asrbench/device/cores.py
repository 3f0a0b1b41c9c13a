"""The cores that a measurement runs on: their kinds, which may be used, and how much of them.

A container may have a quota: it sees every core of the device and gets the time of a few. A board
may have big and little cores: threads on both wait for the little ones.
"""

import math
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from asrbench.basics.errors import UserError
from asrbench.device.kernel_text import kernel_text

# A core is big where it does this share of what the device's fastest core does.
BIG_SHARE = 2 / 3
_UNLIMITED = 1 << 60  # what the older kernel interface writes for no limit, and less


@dataclass(frozen=True)
class Kind:
    """Cores that are alike: ``capacity`` is 1024 for the device's fastest; None where untold."""

    name: str
    cores: tuple[int, ...]
    capacity: int | None = None
    big: bool = True


def kinds(root: Path = Path("/")) -> list[Kind]:
    """Kinds of cores, the fastest first; empty where the kernel knows of one kind alone.

    Args:
        root: where the kernel's files are, ``/`` but in tests.
    """
    by_capacity: dict[int, list[int]] = defaultdict(list)
    for file in (root / "sys/devices/system/cpu").glob("cpu[0-9]*/cpu_capacity"):
        text = kernel_text(file)
        if text is not None and text.isdigit():
            by_capacity[int(text)].append(int(file.parent.name.removeprefix("cpu")))
    if len(by_capacity) > 1:
        least = BIG_SHARE * max(by_capacity)
        return [
            Kind(f"capacity {capacity}", tuple(sorted(cores)), capacity, capacity >= least)
            for capacity, cores in sorted(by_capacity.items(), reverse=True)
        ]
    hybrid = {name: kernel_text(root / f"sys/devices/{name}/cpus") for name in _HYBRID}
    return [
        Kind(meaning, _listed(text), big=name == "cpu_core")
        for name, meaning in _HYBRID.items()
        if (text := hybrid[name]) and all(hybrid.values())
    ]


_HYBRID = {"cpu_core": "performance", "cpu_atom": "efficiency"}


def _listed(text: str) -> tuple[int, ...]:
    """The numbers of such as '0-3,8'."""
    spans = [part.split("-") for part in text.split(",")]
    return tuple(number for span in spans for number in range(int(span[0]), int(span[-1]) + 1))


def choose(wanted: str | Sequence[int], root: Path = Path("/")) -> None:
    """Let every thread of this process run on those cores alone, and all that come later.

    Args:
        wanted: 'all', 'big' (all where the kernel tells of no kinds), or their numbers.

    Raises:
        UserError: this process may not use one of them.
    """
    usable = os.sched_getaffinity(0)
    if wanted == "all":
        return
    if wanted == "big":
        slow = {core for kind in kinds(root) if not kind.big for core in kind.cores}
        chosen = usable - slow
        if not chosen:
            raise UserError("decoding.cores: big: this process may use little cores alone")
    else:
        chosen = {int(core) for core in wanted}
        if not chosen <= usable:
            raise UserError(
                f"decoding.cores: this process may not use {_numbers(chosen - usable)}; it may "
                f"use {_numbers(usable)}"
            )
    for task in os.listdir("/proc/self/task"):  # libraries may have started threads already
        os.sched_setaffinity(int(task), chosen)


def _numbers(cores: set[int]) -> str:
    return ("core " if len(cores) == 1 else "cores ") + ", ".join(map(str, sorted(cores)))


def usable(root: Path = Path("/")) -> int:
    """How many threads can run at a time: cores that this process may use, within its quota."""
    allowed, limit = len(os.sched_getaffinity(0)), quota(root)
    return allowed if limit is None else max(1, min(allowed, math.floor(limit)))


def quota(root: Path = Path("/")) -> float | None:
    """CPU time that this process and those beside it may take, in cores; None for no limit."""
    found = []
    for folder in _groups(root, "cpu"):
        text = kernel_text(folder / "cpu.max")  # such as '200000 100000', or 'max 100000'
        if text is None:
            old = [kernel_text(folder / f"cpu.cfs_{name}_us") for name in ("quota", "period")]
            text = " ".join(word for word in old if word)
        words = text.split()
        if len(words) == 2 and words[0].isdigit() and words[1].isdigit() and int(words[1]) > 0:
            found.append(int(words[0]) / int(words[1]))
    return min(found, default=None)


def free_memory_bytes(root: Path = Path("/")) -> int:
    """Memory that this process can still take: of the device, and of its container."""
    import psutil  # here: most jobs that import this module find that all is done

    limit = memory_limit_bytes(root)
    free = psutil.virtual_memory().available
    return free if limit is None else min(free, limit - psutil.Process().memory_info().rss)


def memory_limit_bytes(root: Path = Path("/")) -> int | None:
    """Memory that this process and those beside it may take; None for no limit."""
    found = []
    for folder in _groups(root, "memory"):
        for name in ("memory.max", "memory.limit_in_bytes"):
            text = kernel_text(folder / name)
            if text is not None and text.isdigit() and int(text) < _UNLIMITED:
                found.append(int(text))
    return min(found, default=None)


def _groups(root: Path, controller: str) -> Iterator[Path]:
    """Folders of the control group of this process and of those around it, of both interfaces.

    Inside a container its own group stands at the top, whatever path the process is told.
    """
    mount = root / "sys/fs/cgroup"
    paths = {"": "/", controller: "/"}
    for line in (kernel_text(root / "proc/self/cgroup") or "").splitlines():
        _number, names, path = line.split(":", 2)
        for name in names.split(","):
            if name in paths:
                paths[name] = path
    for name, path in paths.items():
        top = mount / name
        here = top / path.lstrip("/")
        yield from [here, *(above for above in here.parents if above.is_relative_to(top))]
