"""Makes the table of latency against input length from results/sweeps/frames."""

from asrbench import errors, table_command, table_frames

if __name__ == "__main__":
    errors.run(lambda: table_command.main(table_frames.TABLE, __doc__))
