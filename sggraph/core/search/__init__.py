"""Who is near whom: hops in a graph, nearest points, trees, connected components."""
