"""The ledger of the domain system as a file: contract, checking and loading (docs/ledger-contract.md)."""
