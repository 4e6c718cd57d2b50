"""Announcements of the town."""
