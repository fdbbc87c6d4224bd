"""Prometheus remote write: samples of labelled series in, readings of devices out."""
