"""What commands print: tables and pages for people, JSON and CSV for machines."""
