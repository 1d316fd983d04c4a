"""PyTorch networks and everything that runs or stores them."""
