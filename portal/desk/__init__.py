"""The clerk's desk: who of the staff may do what, why personal data is opened, and decisions by two."""
