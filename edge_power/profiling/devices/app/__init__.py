"""Profiles by the demo app on an Android device, which measures the bundle in its own assets."""
