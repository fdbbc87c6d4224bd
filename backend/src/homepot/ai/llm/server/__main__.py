"""The model server as a program of its own: what `homepot llm serve` is."""

from homepot.ai.llm.server.commands import serve

if __name__ == "__main__":
    serve()
