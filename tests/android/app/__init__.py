"""The demo's app: its resources as they are written, and its screen as they say."""
