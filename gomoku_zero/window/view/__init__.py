"""The drawing of the window: scenes, panels, dialogs."""
