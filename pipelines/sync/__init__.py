"""From exports and live APIs into the raw layer: what arrived, what was refused, what is no longer there."""
