"""An error that somebody reports on a row of an answer: the row, what was typed, its receipt, its states.

Computes only. The day and what makes a receipt unguessable come from the shells; ``reception`` keeps the reports.
"""

from __future__ import annotations

KIND = "error_report"
"""Of an entry in the register; its key is the receipt."""
CONTACT = "error_report_contact"
"""Of the entry beside it that holds the contact, so that nothing that shows reports can show one."""
