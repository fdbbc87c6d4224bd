"""The wire: the HTTP addresses of existing agents, over the services of the other rooms."""
