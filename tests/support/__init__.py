"""Builders of small real things for the tests."""
