"""Whether mpiexec or srun started this process, and which of several it is: what they tell it, before MPI is loaded."""

import os

SIZES = {"PMI_SIZE": "PMI_RANK", "OMPI_COMM_WORLD_SIZE": "OMPI_COMM_WORLD_RANK"}  # mpiexec of MPICH and of Open MPI
SIZES |= {"SLURM_STEP_NUM_TASKS": "SLURM_PROCID"}  # srun


def is_one_of_several():
    """Whether there are more processes of this run."""
    return any(int(os.getenv(size, "1")) > 1 for size in SIZES)


def is_first():
    """Whether this is the one that reads, writes and speaks."""
    return all(os.getenv(rank, "0") == "0" for rank in SIZES.values())
