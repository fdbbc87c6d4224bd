"""What every capability stands on. It knows no word of the domain."""
