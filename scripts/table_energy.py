"""Makes the table of energy from results/energy and results/tables/latency.csv."""

from asrbench import errors, table_command, table_energy

if __name__ == "__main__":
    errors.run(lambda: table_command.main(table_energy.TABLE, __doc__))
