"""What `make bench` runs: how fast, how large, against what."""
