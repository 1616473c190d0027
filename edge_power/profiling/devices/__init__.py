"""Machines that a bundle is profiled on: this one, one over ssh, or an Android device over adb."""
