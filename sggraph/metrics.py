"""Scores of an embedding against its graph, its labels, its features: the public names.

Each function takes coordinates of any origin, an array or a dict of positions, samples what it cannot look at in
whole, and returns one float, NaN where the score is undefined. `quality_card` gives all of them at once.
"""

from .attribute_scores import knn_accuracy, trustworthiness
from .distance_scores import normalized_stress, shortest_path_correlation
from .divergence_score import kl_divergence
from .neighborhood_scores import neighbor_recall, neighborhood_preservation, weighted_recall
from .quality import QualityCard, quality_card

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
