"""Scores of an embedding against its graph, its labels, its features: the public names.

Each function takes coordinates of any origin, an array or a dict of positions, samples what it cannot look at in
whole, and returns one float, NaN where the score is undefined. `quality_card` gives all of them at once.
"""

from .attributes import knn_accuracy, trustworthiness
from .card import QualityCard, quality_card
from .distances import normalized_stress, shortest_path_correlation
from .divergence import kl_divergence
from .neighborhoods import neighbor_recall, neighborhood_preservation, weighted_recall

__all__ = [
    "QualityCard",
    "kl_divergence",
    "knn_accuracy",
    "neighbor_recall",
    "neighborhood_preservation",
    "normalized_stress",
    "quality_card",
    "shortest_path_correlation",
    "trustworthiness",
    "weighted_recall",
]
