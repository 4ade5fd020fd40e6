"""What servers of roads are asked and answer: OSRM's table service and Valhalla's matrix. Bytes in, times out."""
