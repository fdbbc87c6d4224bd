"""Ways to a model server: the real one, and a small one for tests, held to the same tests."""
