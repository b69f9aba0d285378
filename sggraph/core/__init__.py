"""Numbers only: Numba kernels on contiguous arrays and scalars."""
