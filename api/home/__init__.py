"""Home 工作台: what waits for whoever works here, what has changed, what to look after, and the figures."""
