"""Our own model server: llama.cpp under the protocols of Ollama and OpenAI."""
