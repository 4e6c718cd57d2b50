"""The law of paying late, as pure functions: no database, no clock; days and rates are arguments."""
