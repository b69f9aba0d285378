"""One HTML file that shows an embedding and answers: hover, search, neighbours, paths, filters."""
