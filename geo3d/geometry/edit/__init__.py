"""What a hand does to shapes that exist: split, merge, reshape, buffer, simplify, square and so on.

Pure functions on geometries of one frame; GEOS decides what crosses what. A vertex that an operation does not mean to
move comes back bit-identical, with its height. Every result is valid, or a `GeometryError` says what to do.
"""
