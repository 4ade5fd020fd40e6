"""Reports over what is over: about an account, about all accounts, about the load of the centre. Pure over the archive.

None is by person: neither who acted nor who was named is in the archive. A place is a cell of a square kilometre or
more with ten incidents or more; what is medical is counted as a whole; what a camera detected is in no count by camera
or hour (SCOPE, fences).
"""
