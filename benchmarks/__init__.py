"""What is fast, and beside what: ``make bench``. Nothing here is part of the program or of its tests."""
