"""Texts as vectors in which near means alike."""

from homepot.ai.embedding.model import MODELS, Embedder, EmbeddingAway, Vectors
from homepot.ai.embedding.service import Embedding

__all__ = ["MODELS", "Embedder", "Embedding", "EmbeddingAway", "Vectors"]
