"""Detection in operation: reads what was committed, judges it, keeps what it knows."""
