"""Feature vectors: their neighbour graph, and new points beside an embedding."""
