"""Readers of outside formats: the one owner of pyogrio, geopandas and openpyxl, imported only when a file is loaded.

``read.py`` is the door: what it opens is read in a child process (``child.py``), so that a file which crashes, hangs or
swells a library ends in a finding. Nothing here judges what was read.
"""
