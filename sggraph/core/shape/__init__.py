"""The picture as a whole: stress of path lengths, packing of parts, new points beside old ones."""
