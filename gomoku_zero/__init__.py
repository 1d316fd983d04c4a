"""The application on top of the rules, the search and the networks."""
