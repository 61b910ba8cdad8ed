"""How each kind of table is made and checked, from staging to history; the numbers' meaning stands in `models`."""
