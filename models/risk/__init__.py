"""How likely something is to happen: fitting, splitting by time and scoring. What is foretold stands in the marts."""
