"""Makes the table of energy against input length from energy and latency_vs_frames.csv."""

from asrbench import errors, table_command, table_energy_frames

if __name__ == "__main__":
    errors.run(lambda: table_command.main(table_energy_frames.TABLE, __doc__))
