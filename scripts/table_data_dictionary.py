"""Makes the data dictionary: every column of every table, with type, unit, bounds and meaning."""

from asrbench.basics import errors
from asrbench.tables import command, data_dictionary

if __name__ == "__main__":
    errors.run(lambda: command.main(data_dictionary.TABLE, __doc__))
