"""Reports on disk until the server has them.

One append-only log, cut into segments; a segment is deleted when nothing in it, and nothing in
those before it, is waited for any more. An acknowledgement is a record of the same log, so that
one flush for each report keeps both. See the agent's README for why this and not SQLite.
"""
