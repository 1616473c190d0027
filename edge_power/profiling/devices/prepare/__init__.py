"""What a device needs before it measures: the runtime, a bundle, a folder."""
