"""What a graph is: anything that holds one, as one clean sparse matrix with names."""
