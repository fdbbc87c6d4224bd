"""How the installation itself is. See README.md."""
