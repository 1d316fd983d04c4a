"""Our own engine: the Gomocup protocol, its clock and its process."""
