"""A bundle on disk: the manifest, its checks, its files and its golden examples."""
