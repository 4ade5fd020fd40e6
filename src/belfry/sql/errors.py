"""What a store says that cannot be used."""


class SqlError(Exception):
    """SqlError
    └── NewerSchema    the database was written by a newer version of this program
    """
