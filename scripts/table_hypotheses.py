"""Makes the table of hypotheses from the other tables."""

from asrbench.basics import errors
from asrbench.tables import command, hypotheses

if __name__ == "__main__":
    errors.run(lambda: command.main(hypotheses.TABLE, __doc__))
