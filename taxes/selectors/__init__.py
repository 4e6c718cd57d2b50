"""Reading what is owed. Every selector that shows a subject's data takes the viewer first and asks the policy."""
