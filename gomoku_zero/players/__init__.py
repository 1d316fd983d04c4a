"""Everyone who can play: networks, pure search, levels, other engines."""
