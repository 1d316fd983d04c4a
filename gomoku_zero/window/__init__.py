"""The window: a model without pygame, and a view that draws it."""
