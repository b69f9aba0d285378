"""The public names, for type checkers, editors and the lazy imports of `__init__.py`, which reads this list."""

from . import datasets as datasets
from . import metrics as metrics
from .cells import sgtsne as sgtsne
from .core.descent import EmbeddingDivergedError as EmbeddingDivergedError
from .core.descent import Phase as Phase
from .embed import embed_graph as embed_graph
from .embed import sgtsne_layout as sgtsne_layout
from .estimator import SGtSNEpi as SGtSNEpi
from .features.point_cloud import point_cloud_to_graph as point_cloud_to_graph
from .graph.adjacency import Graph as Graph
from .graph.adjacency import as_graph as as_graph
from .graph.arcs import GraphWarning as GraphWarning
from .graph.fingerprint import graph_hash as graph_hash
from .io.embeddings import load_embedding as load_embedding
from .io.embeddings import save_embedding as save_embedding
from .io.embeddings import write_embedding as write_embedding
from .io.graph_files import read_graph as read_graph
from .io.saved import SavedEmbedding as SavedEmbedding
from .method.checkpoint import EmbeddingState as EmbeddingState
from .method.estimate import Estimate as Estimate
from .method.estimate import estimate as estimate
from .method.estimate import estimate_cost as estimate_cost
from .method.lambda_report import LambdaReport as LambdaReport
from .method.lambda_report import lambda_report as lambda_report
from .method.schedule import Schedule as Schedule
from .method.updating import UpdatedLayout as UpdatedLayout
from .method.updating import update_layout as update_layout
from .metrics import QualityCard as QualityCard
from .metrics import neighbor_recall as neighbor_recall
from .metrics import quality_card as quality_card
from .metrics import weighted_recall as weighted_recall
from .page.explorer import Explorer as Explorer
from .page.explorer import explore as explore
from .plot.animation import EmbeddingAnimation as EmbeddingAnimation
from .plot.animation import animate_embedding as animate_embedding
from .plot.convergence import plot_convergence as plot_convergence
from .plot.description import describe_embedding as describe_embedding
from .plot.embedding import plot_embedding as plot_embedding
from .plot.panels import plot_comparison as plot_comparison
from .plot.recall import plot_recall as plot_recall
from .runtime.history import History as History
from .runtime.interrupts import EmbeddingInterrupted as EmbeddingInterrupted

__version__: str
