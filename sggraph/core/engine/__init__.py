"""How kernels run: compiled, in blocks on threads, with vector instructions."""
