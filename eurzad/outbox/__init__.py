"""Asynchronous work as rows: the truth is a row, the queue is only a nudge."""
