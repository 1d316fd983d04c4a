"""The game, its players and all that is known of it; nothing here knows pygame."""
