"""Floor 9: fits, figures and the report, all of them functions of records."""
