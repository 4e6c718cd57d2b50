"""Public registers of the town: contracts, municipal property, alcohol licences, leases."""
