"""The door to language models: asked with patience and limits, believed only through the gate."""
