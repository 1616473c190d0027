"""Machines that can be reached: this one, one over ssh, one over adb."""
