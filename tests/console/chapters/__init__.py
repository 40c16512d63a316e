"""What people do in the console, area by area: chapters of one story."""
