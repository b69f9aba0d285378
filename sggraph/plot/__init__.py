"""Pictures of embeddings, runs and scores."""
