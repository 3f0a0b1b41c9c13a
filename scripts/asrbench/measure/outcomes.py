"""Whether anything at all was decoded, for a warning where nothing was: the run continues."""

from asrbench.basics import errors


class Outcomes:
    """Counts what failed.

    Args:
        out: the file of rows, which names the variant.
    """

    def __init__(self, out: object):
        self._out = out
        self._tried = self._good = 0
        self._reason = ""

    def add(self, row: dict) -> None:
        """One row, with its status and reason."""
        self._tried += 1
        if row.get("status", "ok") == "ok":
            self._good += 1
        else:
            self._reason = self._reason or str(row.get("reason", ""))

    def tell(self) -> None:
        """Warn where nothing was decoded."""
        if self._tried and not self._good:
            errors.warn(
                f"{self._out}: all {self._tried} rows failed ({self._reason}); the run continues, "
                "and the tables give the reason in place of figures"
            )
