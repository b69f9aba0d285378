"""Forces on a graphics card: kernels in CUDA C, and who calls them, on a card or on what stands in for one."""
