"""An answer on paper and as files: the extract as PDF, the estimate as a spreadsheet, the parts as GeoJSON.

Below both shells, so that the web and the command line give the same bytes. ``sections`` says what stands in an extract
as plain blocks in one language, ``typeset`` turns blocks into a PDF, ``issue`` keeps its code in the register,
``verifying`` says what is genuine and what has changed since.
"""
