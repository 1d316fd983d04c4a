"""The page that plays in a browser, built from `web/`: filled in by `share`, served by `serve`."""
