"""Makes the table of parameters from results/parameters."""

from asrbench.basics import errors
from asrbench.tables import command, parameters

if __name__ == "__main__":
    errors.run(lambda: command.main(parameters.TABLE, __doc__))
