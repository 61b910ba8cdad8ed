"""The readers every connector shares: files in, dlt resources out. What a vendor's fields mean does not belong here."""
