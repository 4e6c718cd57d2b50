"""Reading what is owed. A selector that shows a subject's data takes the viewer first and asks the policy."""
