"""When a device counts as busy or swapping: the limits for rows, power windows and checks."""

# CPU time of other processes, in cores. A quarter of one is what housekeeping seldom needs.
BUSY_CORES = 0.25

# What is read back from swap or written to it, in bytes. Memory that lies in swap untouched, or a
# page that housekeeping wants, slows nothing down.
SWAPPED_BYTES = 256 * 1024
