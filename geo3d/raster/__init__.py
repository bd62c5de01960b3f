"""Pixels in: open, understand, read, tile, render. rasterio lives only here.

Importing this package loads nothing heavy; take what you need from its modules (`source.open_raster` first of all).
"""
