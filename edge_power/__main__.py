"""`python -m edge_power`: the command line, for launchers that start a module (`torchrun -m edge_power fit ...`)."""

from edge_power.cli import main

if __name__ == "__main__":
    main()
