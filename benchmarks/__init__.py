"""What it costs: ratios against named baselines of the same run, on the same core. Never a timed test."""
