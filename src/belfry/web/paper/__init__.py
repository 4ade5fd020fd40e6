"""Records and reports on paper: PDF with fonts that know the letters of many languages, in one of our four.

`page` is the sheet with its head and foot, `incident` and `report` are what stands on it, `words` how it is said.
"""
