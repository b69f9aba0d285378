"""All that touches a disk: graphs and embeddings in files."""
