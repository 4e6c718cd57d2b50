"""The catalogue of services: what one can arrange, where, and what it costs."""
