"""Every number or switch a business may change: `<theme>.toml` is what users edit, `<theme>.py` what it may say."""
