"""Which devices and files are to be heard of, when each was heard of last, and which are overdue.

It knows kinds, formats and devices as names alone. What came is told to it
(silence/hearing.py, silence/files.py); why something did not come is for others to say.
"""
