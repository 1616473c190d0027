"""The process and its system: forks, exits, output of native code, pages of memory."""
