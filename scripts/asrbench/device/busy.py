"""When a device counts as busy: the one limit for rows, power windows and checks."""

# CPU time of other processes, in cores. A quarter of one is what housekeeping seldom needs.
BUSY_CORES = 0.25
