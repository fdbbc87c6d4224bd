"""The words of the grammar. Data: a line is a meaning, and the ways of saying it."""
