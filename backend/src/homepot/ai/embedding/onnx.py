"""A sentence transformer on onnxruntime: word pieces, the network, the mean, length 1."""

from collections.abc import Sequence

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from homepot.ai.embedding import families
from homepot.ai.embedding.model import EmbeddingAway, Model, Vectors

_AT_ONCE = 16  # texts; more gain nothing on one thread and take memory
_CHARACTERS_PER_PIECE = 20  # no word piece is longer on average: what is far beyond is not read


class OnnxEmbedder:
    def __init__(self, model: Model, threads: int = 1) -> None:
        self.name, self.dimension = model.name, model.dimension
        self._characters_max = model.pieces_max * _CHARACTERS_PER_PIECE
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = threads
        options.log_severity_level = 3
        network, words = model.network.read(), model.words.read()
        try:
            transformer = families.read(model.family, network)
            self._front = transformer.front
            self._network = onnxruntime.InferenceSession(
                transformer.encoder.as_onnx(), options, providers=["CPUExecutionProvider"]
            )
            self._tokenizer = Tokenizer.from_str(words.decode())
        except (RuntimeError, OSError, ValueError, KeyError) as error:
            raise EmbeddingAway(f"{model.name} cannot be loaded: {error}") from error
        self._tokenizer.enable_truncation(model.pieces_max)
        self._tokenizer.no_padding()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """A row of length 1 for each text."""
        found = np.empty((len(texts), self.dimension), np.float32)
        pieces = [self._tokenizer.encode(self._readable(text)).ids for text in texts]
        # Texts of like length together, so that little is padding.
        order = sorted(range(len(pieces)), key=lambda place: len(pieces[place]))
        for begin in range(0, len(order), _AT_ONCE):
            some = order[begin : begin + _AT_ONCE]
            found[some] = self._run([pieces[place] for place in some])
        return found

    def _readable(self, text: str) -> str:
        """Half characters (lone surrogates) have no bytes to be read by."""
        return text[: self._characters_max].encode("utf-8", "replace").decode("utf-8")

    def _run(self, pieces: Sequence[Sequence[int]]) -> Vectors:
        width = max(len(one) for one in pieces)
        ids = np.zeros((len(pieces), width), np.int64)
        there = np.zeros(ids.shape, np.bool_)
        for row, one in enumerate(pieces):
            ids[row, : len(one)] = one
            there[row, : len(one)] = True
        (state,) = self._network.run(None, self._front.given(ids, there))
        mean = (np.asarray(state) * there[:, :, None]).sum(axis=1)  # how long it is matters not
        vectors: Vectors = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        return vectors
