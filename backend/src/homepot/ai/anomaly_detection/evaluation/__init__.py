"""The engine measured on labelled data: streams, test benches, fleets."""
