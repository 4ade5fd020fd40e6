"""Records and reports on paper: PDF with fonts that know the letters of many languages, in one of our four.

`page` is the sheet with its head and foot, `incident` and `story` are what stands on it of an incident, `words` how it
is said. What stands on it of a report is the report's (`web.report_files`).
"""
