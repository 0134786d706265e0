"""What SQL can't say: the cooperation index with its uncertainty, and turning points of series.

Pure: numbers in, numbers out; no clock, no network, no file but the seeds that an error points to.
"""
