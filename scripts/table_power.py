"""Makes the table of power over time from results/energy."""

from asrbench import errors, table_command, table_power

if __name__ == "__main__":
    errors.run(lambda: table_command.main(table_power.TABLE, __doc__))
