"""Readers of outside formats: the one owner of pyogrio and geopandas, imported only when a file is loaded."""
