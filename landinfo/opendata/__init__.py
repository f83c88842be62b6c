"""Published editions as open data: files that others load, their checksums, and a catalogue of them (DCAT-AP)."""
