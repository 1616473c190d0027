"""Pages that show results: one self-contained HTML file each, for a screen of any size, for print and for a reader."""
