"""A signature as a vector of a fixed length, so that an index can look for the nearest. Pure.

Every coordinate of the signature has a direction of its own, drawn from its name; the vector is
their sum. Distances are kept to within a few percent (W. Johnson, J. Lindenstrauss, 1984), which
is enough to find who comes into question; the ranking is made with the signatures themselves.
"""

import hashlib
from functools import lru_cache

import numpy as np

from homepot.ai.device_memory.signature import Signature
from homepot.ai.device_memory.similarity import features
from homepot.ai.embedding import Vectors

DIMENSION = 256
# Another way of making signatures or vectors is another number: then vectors are made again.
VERSION = 1


def vector_of(signature: Signature) -> Vectors:
    found = np.zeros(DIMENSION, np.float32)
    for name, value in features(signature).items():
        found += np.float32(value) * _direction(name)
    return found


@lru_cache(maxsize=4_096)
def _direction(name: str) -> Vectors:
    bits = hashlib.shake_256(name.encode()).digest(DIMENSION // 8)
    signs = np.unpackbits(np.frombuffer(bits, np.uint8)).astype(np.float32) * 2 - 1
    found: Vectors = signs / np.float32(np.sqrt(DIMENSION))
    return found
