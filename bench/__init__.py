"""`make bench`: the product beside a floor project in the same run, on PostgreSQL."""
