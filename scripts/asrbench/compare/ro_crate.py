"""RO-Crate 1.1 metadata of an archive: what each file is, and what the whole was made by.

https://www.researchobject.org/ro-crate/specification/1.1
"""

from dataclasses import dataclass
from pathlib import PurePosixPath

NAME = "ro-crate-metadata.json"
_CONTEXT = [
    "https://w3id.org/ro/crate/1.1/context",
    {"sha256": "https://schema.org/sha256"},  # newer than that context
]
_FORMATS = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".md": "text/markdown",
    ".tex": "application/x-tex",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}
# Keys of device.json that describe the device; versions and commit have entities of their own.
_DEVICE = ("board", "cpu", "architecture", "cores", "memory_bytes", "system", "kernel", "governor")


@dataclass(frozen=True)
class File:
    """A file of the archive: its path in it, its bytes, and their hash."""

    path: str
    size: int
    sha256: str


def metadata(files: list[File], device: dict, study: str, terms: str = "") -> dict:
    """The content of ro-crate-metadata.json.

    Args:
        files: all but itself.
        device: device.json of the run, whose time is the archive's date.
        study: the study's name.
        terms: the licence; '' leaves it out.
    """
    software = _software(device)
    hardware = _hardware(device)
    config = _property("#config_sha256", device.get("config_sha256") or "unknown") | {
        "name": "sha256 of the configuration",
        "propertyID": "config_sha256",
    }
    version = _property("#results_version", device.get("results_version", "unknown")) | {
        "name": "version of the layout of files and columns",
        "propertyID": "results_version",
    }
    action = {
        "@id": "#run",
        "@type": "CreateAction",
        "name": "benchmark run",
        "instrument": [_ref(each) for each in [*software, *hardware]],
        "result": {"@id": "./"},
    }
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Results of {study or 'a study'} on {_device_name(device)}",
        "description": "Parameters, latency, energy and word error rate of speech recognition "
        "models on one device: raw rows, tables and figures.",
        "hasPart": [{"@id": file.path} for file in files],
        "mentions": {"@id": "#run"},
        "additionalProperty": [_ref(config), _ref(version)],
    }
    if device.get("described_utc"):
        root["datePublished"] = action["endTime"] = device["described_utc"]
    if terms:
        root["license"] = {"@id": terms} if "://" in terms else terms
    descriptor = {
        "@id": NAME,
        "@type": "CreativeWork",
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        "about": {"@id": "./"},
    }
    parts = [_file(file) for file in files]
    about = [config, version, action, *software, *hardware]
    return {"@context": _CONTEXT, "@graph": [descriptor, root, *parts, *about]}


def _file(file: File) -> dict:
    path = PurePosixPath(file.path)
    return {
        "@id": file.path,
        "@type": "File",
        "name": path.name,
        "encodingFormat": _FORMATS.get(path.suffix, "application/octet-stream"),
        "contentSize": str(file.size),
        "sha256": file.sha256,
    }


def _software(device: dict) -> list[dict]:
    """This project at its commit, Python, and the packages that device.json names."""
    project = {"@id": "#project", "@type": "SoftwareSourceCode", "name": "asrbench"}
    versions = {"python": device.get("python"), **(device.get("versions") or {})}
    packages = [
        {
            "@id": f"#software-{name}",
            "@type": "SoftwareApplication",
            "name": name,
            "softwareVersion": version,
        }
        for name, version in sorted(versions.items())
        if version
    ]
    return [project | {"version": device.get("commit") or "unknown"}, *packages]


def _hardware(device: dict) -> list[dict]:
    facts = [
        _property(f"#device-{name}", device[name]) | {"name": name}
        for name in _DEVICE
        if device.get(name) is not None
    ]
    whole = {"@id": "#device", "@type": "IndividualProduct", "name": _device_name(device)}
    return [whole | {"additionalProperty": [_ref(fact) for fact in facts]}, *facts]


def _property(place: str, value: object) -> dict:
    return {"@id": place, "@type": "PropertyValue", "value": value}


def _device_name(device: dict) -> str:
    return device.get("board") or device.get("cpu") or "an unknown device"


def _ref(entity: dict) -> dict:
    return {"@id": entity["@id"]}
