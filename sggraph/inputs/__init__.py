"""What users say about nodes and options, coerced and checked."""
