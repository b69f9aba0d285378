"""The repulsive term: one charge on a grid, near pairs, and when to take which."""
