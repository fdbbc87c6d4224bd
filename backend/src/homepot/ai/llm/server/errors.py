"""What the model server refuses. The same words go out in Ollama's shape and in OpenAI's."""


class Refused(Exception):
    """A request that is not answered, with the status and why."""

    def __init__(self, status: int, words: str, kind: str = "invalid_request_error") -> None:
        super().__init__(words)
        self.status = status
        self.words = words
        self.kind = kind


def does_not_fit(words: str) -> Refused:
    return Refused(507, words, "insufficient_memory")
