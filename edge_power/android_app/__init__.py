"""The Android project that ships with this package, made an app of a bundle's own."""
