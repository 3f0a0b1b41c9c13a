"""Where the time goes: clocks around methods of ESPnet's own objects, which stay as they are."""

from collections import defaultdict

from asrbench.engines.processor import CPU, Processor


class PartClocks:
    """Seconds spent in parts of a decoding, summed over calls since :meth:`start`.

    A call that is made inside another one of the same part is counted once.

    Args:
        processor: what computes, by whose clock they go.
    """

    def __init__(self, processor: Processor = CPU) -> None:
        self._now_s = processor.now_s
        self._spent_s: defaultdict[str, float] = defaultdict(float)
        self._running: set[str] = set()
        self._watched: list[tuple[object, str]] = []

    def watch(self, owner: object, methods: list[str], part: str) -> None:
        """Put a clock around methods of one object, once.

        Methods that it does not have are passed over.

        Args:
            owner: an object whose attributes can be set, such as a module or a scorer.
            methods: names of its methods.
            part: what their time is counted as.
        """
        for name in methods:
            method = getattr(owner, name, None)
            there = any(other is owner and of == name for other, of in self._watched)
            if method is not None and not there:
                self._watched.append((owner, name))
                setattr(owner, name, self._timed(method, part))

    def _timed(self, method, part: str):
        spent_s, running, now = self._spent_s, self._running, self._now_s

        def timed(*args, **kwargs):
            if part in running:
                return method(*args, **kwargs)
            running.add(part)
            began = now()
            try:
                return method(*args, **kwargs)
            finally:
                spent_s[part] += now() - began
                running.discard(part)

        return timed

    def start(self) -> None:
        """Empty the clocks: whatever ran before, and however it ended, is no part of what comes."""
        self._spent_s.clear()

    def spent_s(self, part: str) -> float:
        """Seconds of a part since the clocks were started."""
        return self._spent_s.get(part, 0.0)
