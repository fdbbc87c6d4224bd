"""How probable a failure is, learnt from how past ones came on. Pure array work."""
