"""What stands around a run and knows nothing of it: progress, interrupts, threads, history."""
