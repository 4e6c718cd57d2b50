"""eUrząd: the composition root. Only `lib` and `outbox` below may be imported by the rooms."""
