"""The augmentation pipeline over HTTP."""
