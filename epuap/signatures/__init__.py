"""Signatures of documents: what is known of them, whose certificates are trusted, PDF and XML alike."""
