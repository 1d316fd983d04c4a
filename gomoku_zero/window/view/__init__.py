"""What is drawn, and where: scenes, panels, dialogs."""
