"""sggraph: from any sparse graph to coordinates and a picture, by SG-t-SNE-Pi.

The public names stand in ``__init__.pyi`` and load on first use, so ``import sggraph`` itself costs next to nothing.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
