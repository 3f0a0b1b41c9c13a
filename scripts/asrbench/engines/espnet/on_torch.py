"""What recognisers of ESPnet's models share: a build's model, its front end, torch's threads."""

from collections.abc import Mapping
from typing import Any

from asrbench.engines import interface, processor
from asrbench.engines.espnet import front_end
from asrbench.engines.espnet import model as espnet_model
from asrbench.engines.part_timers import PartClocks
from asrbench.sources.manifest import Manifest


def use_threads(count: int) -> None:
    """Have torch compute with that many threads."""
    import torch

    torch.set_num_threads(count)


class Recogniser(interface.Recogniser):
    """A model of a build, around which a recogniser puts its search.

    Args:
        manifest: the model's files on disk.
        asked: axes of build and decoding.
        beside: another recogniser of the same build, whose model and clocks this one uses.

    Raises:
        UserError: the model is of another task than the engine, or cannot be built.
    """

    def __init__(self, manifest: Manifest, asked: Mapping[str, Any], beside=None):
        espnet_model.check_engine(manifest, str(asked["engine"]))
        self.precision = str(asked["precision"])
        self.processor = beside.processor if beside else processor.of(asked, processor.TorchGpu)
        device = self.processor.torch_device
        self._loaded: tuple = (
            beside._loaded if beside else espnet_model.loaded(manifest, self.precision, device)
        )
        self.model = self._loaded[0]
        self._front_end = front_end.of(self.model, manifest)
        self.sample_rate_hz = self._front_end.rate_hz
        self.hop_length = self._front_end.hop_length
        # A second clock around the shared model would time the first.
        self.clocks: PartClocks = beside.clocks if beside else PartClocks(self.processor)

    def use_threads(self, count: int) -> None:
        """Have torch compute with that many threads."""
        use_threads(count)

    def facts(self) -> dict[str, str]:
        """Precision, threads and instructions of torch, and what its GPU is."""
        import torch

        return {
            "computes_in": self.precision,
            "threads": str(torch.get_num_threads()),
            "cpu_features": torch.backends.cpu.get_cpu_capability(),
            **self.processor.facts(),
        }

    def frames(self, samples: int) -> int:
        """Frames of a waveform of that many samples."""
        return self._front_end.frames(samples)

    def samples_for(self, frames: int) -> int:
        """The shortest waveform, in samples, that gives that many frames."""
        return self._front_end.samples_for(frames)
