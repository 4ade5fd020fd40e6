"""The desk for devices: what they said becomes signals of their site, states of points, and nothing about people."""
