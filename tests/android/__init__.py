"""The Android demo without Android: its Java code on this machine's JVM, its APK built by Debian's tools."""
