"""The page that plays in a browser: filled in by `share`, served by `serve`; its sources are in web/."""
